package dev.headroom.queue.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters of a request; what a script has misspelt is told of, as an answer without it would look right. */
final class AskedParameters {
    /** Turns live debugging on; any request may have it. */
    private static final String DEBUG = "debugout";

    private static final int SHOWN = 200;

    private final HttpServletRequest request;

    /** @throws Refused for a parameter of another name, or one that comes twice */
    AskedParameters(HttpServletRequest request, List<String> known) throws Refused {
        this.request = request;
        for (String name : request.getParameterMap().keySet()) {
            String[] values = request.getParameterValues(name);
            if (!known.contains(name) && !name.equals(DEBUG)) {
                throw new Refused(name, values[0], "no parameters but " + String.join(", ", known));
            }
            if (values.length > 1 && !name.equals(DEBUG)) {
                throw new Refused(name, String.join(" and ", values), "one, its values separated by commas");
            }
        }
    }

    /** The value, null if it is not given. */
    @Nullable String get(String name) {
        return request.getParameter(name);
    }

    /** What was asked can't be answered. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String name, String value, String expected) {
            this(shown(name) + ": " + shown(value) + " (expected: " + expected + ")");
        }

        Refused(@Nullable String message) {
            super(message, null, false, false);
        }

        private static String shown(String sent) {
            String printable = sent.replaceAll("\\p{Cntrl}", "?");
            return printable.length() <= SHOWN ? printable : printable.substring(0, SHOWN) + "…";
        }

        /** Answers 400 and what was wrong, as text that no browser takes for anything else. */
        void answer(HttpServletResponse response) throws IOException {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            response.setContentType("text/plain;charset=UTF-8");
            response.setHeader("X-Content-Type-Options", "nosniff");
            response.getWriter().print(getMessage());
        }
    }
}
