package dev.headroom.queue.internal.sql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** What a proxy does not do itself. */
public final class Delegated {
    private Delegated() {}

    /** Calls the method of what is behind the proxy; throws what that throws. */
    public static @Nullable Object call(Object target, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}
