package dev.headroom.servlet;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Calls the redirect that came with servlet 6.1; this is compiled against 6.0. */
final class Redirect61 {
    private static final @Nullable MethodHandle REDIRECT = find();

    private Redirect61() {}

    static void send(HttpServletResponse to, String location, int status, boolean clearBuffer) throws IOException {
        MethodHandle redirect = REDIRECT;
        if (redirect == null) {
            throw new UnsupportedOperationException("sendRedirect with a status (expected: a servlet 6.1 container)");
        }
        try {
            redirect.invokeExact(to, location, status, clearBuffer);
        } catch (IOException | RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable undeclared) {
            throw new IllegalStateException("sendRedirect: " + undeclared, undeclared);
        }
    }

    private static @Nullable MethodHandle find() {
        try {
            MethodType type = MethodType.methodType(void.class, String.class, int.class, boolean.class);
            return MethodHandles.publicLookup().findVirtual(HttpServletResponse.class, "sendRedirect", type);
        } catch (NoSuchMethodException | IllegalAccessException servlet60) {
            return null;
        }
    }
}
