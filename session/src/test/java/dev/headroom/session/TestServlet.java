package dev.headroom.session;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An application that does to its session what applications do, each commit path under a path of its own. */
final class TestServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getServletPath();
        String value = request.getParameter("v");
        response.setContentType("text/plain;charset=UTF-8");
        switch (path) {
            case "/nothing" -> response.getWriter().print("nothing");
            case "/get" -> get(request, response);
            case "/remove" -> request.getSession().removeAttribute(name(request));
            case "/add" -> add(request);
            case "/mutate" -> mutate(request);
            case "/login" -> login(request);
            case "/logout" -> request.getSession().invalidate();
            case "/login-at-once" -> {
                request.changeSessionId();
                request.getSession().setAttribute("user", value);
            }
            case "/set-flush-set" -> {
                request.getSession().setAttribute("first", value);
                response.flushBuffer();
                request.getSession().setAttribute("second", value);
            }
            case "/async-set" -> request.startAsync().dispatch("/set?v=" + value);
            case "/async-start" -> async(request, value, false);
            case "/async-dispatch" -> async(request, value, true);
            case "/throw" -> {
                set(request, value);
                throw new IllegalStateException("as the test asked");
            }
            default -> {
                set(request, value);
                commit(path, request, response);
            }
        }
    }

    private static void commit(String path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        switch (path) {
            case "/set" -> response.getWriter().print("set");
            case "/redirect" -> response.sendRedirect("/get");
            case "/redirect-status" -> redirect(response);
            case "/error" -> response.sendError(418, "as the test asked");
            case "/flush" -> {
                response.getWriter().print("a");
                response.flushBuffer();
                slowEnd(response);
            }
            case "/length" -> {
                response.setContentLength(4);
                response.getOutputStream().write("done".getBytes(StandardCharsets.UTF_8));
                slowEnd(response);
            }
            case "/writer-length" -> {
                response.setContentLengthLong(4);
                response.getWriter().write("done");
                slowEnd(response);
            }
            case "/buffer" -> {
                byte[] chunk = new byte[1000];
                for (int i = 0; i < 100; i++) {
                    response.getOutputStream().write(chunk);
                }
                slowEnd(response);
            }
            case "/reset" -> {
                response.getWriter().print("thrown away");
                request.getSession();
                response.reset();
                response.getWriter().print("reset");
            }
            default -> throw new IllegalArgumentException(path);
        }
    }

    /** Keeps the request busy, so that only what was stored before the commit is there at the next one. */
    private static void slowEnd(HttpServletResponse response) {
        java.util.concurrent.locks.LockSupport.parkNanos(300_000_000L);
    }

    private static void redirect(HttpServletResponse response) throws IOException {
        try {
            HttpServletResponse.class
                    .getMethod("sendRedirect", String.class, int.class, boolean.class)
                    .invoke(response, "/get", 303, true);
        } catch (ReflectiveOperationException failed) {
            throw new IOException(failed);
        }
    }

    private static void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpSession session = request.getSession(false);
        Object value = session == null ? "no session" : session.getAttribute(name(request));
        response.getWriter().print(value);
    }

    private static void set(HttpServletRequest request, String value) {
        request.getSession().setAttribute(name(request), value);
    }

    private static void add(HttpServletRequest request) {
        SharedSession.of(request.getSession())
                .update(name(request), Integer.class, count -> (count == null ? 0 : count) + 1);
    }

    @SuppressWarnings("unchecked")
    private static void mutate(HttpServletRequest request) {
        HttpSession session = request.getSession();
        List<String> list = (List<String>) session.getAttribute("list");
        if (list == null) {
            session.setAttribute("list", new ArrayList<>(List.of(request.getParameter("v"))));
        } else {
            list.add(request.getParameter("v"));
        }
    }

    private static void login(HttpServletRequest request) {
        request.getSession().setAttribute("user", request.getParameter("v"));
        request.changeSessionId();
    }

    private static void async(HttpServletRequest request, String value, boolean dispatch) {
        AsyncContext async = request.startAsync();
        CompletableFuture.runAsync(() -> {
            HttpServletRequest later = (HttpServletRequest) async.getRequest();
            set(later, value);
            if (dispatch) {
                async.dispatch("/get");
            } else {
                async.complete();
            }
        });
    }

    private static String name(HttpServletRequest request) {
        String name = request.getParameter("n");
        return name == null ? "k" : name;
    }
}
