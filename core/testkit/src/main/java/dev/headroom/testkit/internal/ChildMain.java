package dev.headroom.testkit.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/** What a child JVM runs first: it sees to it that the child does not outlive its parent, then runs the real main. */
public final class ChildMain {

    private static final int KILLED = 137;

    private ChildMain() {}

    /** Runs the main method of the class named by the first argument with the others. */
    public static void main(String[] args) throws Throwable {
        ProcessHandle.current()
                .parent()
                .ifPresent(parent ->
                        parent.onExit().thenRun(() -> Runtime.getRuntime().halt(KILLED)));
        Method main = Class.forName(args[0]).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            // as the JVM does with what the real main throws
            throw e.getCause();
        }
    }
}
