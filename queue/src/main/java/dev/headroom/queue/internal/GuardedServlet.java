package dev.headroom.queue.internal;

import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Lets those come to a servlet who send a token; for others it is not there. */
final class GuardedServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final HttpServlet guarded;
    private final transient byte[] header;

    GuardedServlet(HttpServlet guarded, String token) {
        this.guarded = guarded;
        this.header = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void init(ServletConfig config) throws ServletException {
        super.init(config);
        guarded.init(config);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String sent = request.getHeader("Authorization");
        if (sent == null || !MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8), header)) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else {
            guarded.service(request, response);
        }
    }
}
