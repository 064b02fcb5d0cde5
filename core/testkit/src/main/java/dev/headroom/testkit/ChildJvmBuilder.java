package dev.headroom.testkit;

import dev.headroom.testkit.internal.ChildMain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sets up a {@link ChildJvm}. Not safe for use by several threads. */
public final class ChildJvmBuilder {

    private final Class<?> mainClass;
    private final List<String> jvmOptions = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private @Nullable Path directory;
    private Path javaHome = Path.of(System.getProperty("java.home"));
    private Duration timeout = Duration.ofSeconds(60);

    ChildJvmBuilder(Class<?> mainClass) {
        this.mainClass = mainClass;
    }

    /** Adds options of the JVM, for example {@code -Xmx64m}, to {@link ChildJvm#ownOptions}. */
    public ChildJvmBuilder jvmOptions(String... options) {
        jvmOptions.addAll(List.of(options));
        return this;
    }

    /** Adds arguments of the main method. */
    public ChildJvmBuilder arguments(String... arguments) {
        this.arguments.addAll(List.of(arguments));
        return this;
    }

    /** Sets an environment variable, beside those of this process. */
    public ChildJvmBuilder environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Sets the working directory; default that of this process. */
    public ChildJvmBuilder directory(Path directory) {
        this.directory = directory;
        return this;
    }

    /** Sets the Java installation to run on; default that of this JVM. */
    public ChildJvmBuilder javaHome(Path javaHome) {
        this.javaHome = javaHome;
        return this;
    }

    /**
     * Sets how long {@link ChildJvm#waitForLine} and {@link ChildJvm#waitForExit} wait.
     *
     * @param timeout more than zero; default 60 seconds
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public ChildJvmBuilder timeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
        }
        this.timeout = timeout;
        return this;
    }

    /**
     * Starts the JVM.
     *
     * @throws ServiceException if there is no {@code java} to run
     */
    public ChildJvm start() {
        ProcessBuilder builder = new ProcessBuilder(command()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Path at = directory;
        if (at != null) {
            builder.directory(at.toFile());
        }
        try {
            return new ChildJvm(builder.start(), mainClass.getSimpleName(), timeout);
        } catch (IOException e) {
            throw new ServiceException("could not start a JVM for " + mainClass.getName() + ": " + e.getMessage(), e);
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(javaHome.resolve("bin").resolve("java").toString());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.addAll(ChildJvm.ownOptions());
        command.addAll(jvmOptions);
        command.add(ChildMain.class.getName());
        command.add(mainClass.getName());
        command.addAll(arguments);
        return command;
    }
}
