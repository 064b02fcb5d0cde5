package dev.headroom.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A servlet from a lambda. */
final class TestServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    interface Work {
        void serve(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    private final transient Work work;

    private TestServlet(Work work) {
        this.work = work;
    }

    static void add(ServletContext context, String path, Work work) {
        ServletRegistration.Dynamic added =
                context.addServlet("test" + path.replace('/', '-').replace('*', 'x'), new TestServlet(work));
        added.setAsyncSupported(true);
        added.addMapping(path);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        try {
            work.serve(request, response);
        } catch (RuntimeException | IOException | ServletException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        }
    }
}
