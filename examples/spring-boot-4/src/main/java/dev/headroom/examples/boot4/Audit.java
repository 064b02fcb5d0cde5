package dev.headroom.examples.boot4;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.RequestContext;
import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import dev.headroom.servlet.EndpointSpec;
import dev.headroom.servlet.FilterSlot;
import dev.headroom.servlet.FilterSpec;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A component of the application's own: gives an annotation its behaviour, two filters and an endpoint. */
public final class Audit implements Component {
    private final List<String> notes = new CopyOnWriteArrayList<>();

    /** Notes something, with the request's trace id. */
    void note(String what) {
        String trace = RequestContext.active()
                .map(context -> context.traceId().value())
                .orElse("none");
        notes.add(what + " in " + trace);
    }

    List<String> notes() {
        return notes;
    }

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public void contribute(Contributions to) {
        to.interceptor(new AuditedInterceptor());
        to.web(parts -> parts.filter(FilterSpec.of("seen-inner", FilterSlot.APPLICATION, seen("inner")))
                .filter(FilterSpec.of("seen-outer", FilterSlot.REQUEST_METRICS, seen("outer")))
                .endpoint(EndpointSpec.of("audit", new AuditServlet(), "/audit")));
    }

    @Override
    public void drain(Duration within) {
        notes.add("drained");
    }

    @Override
    public void close() {
        notes.add("closed");
    }

    private static Filter seen(String name) {
        return (request, response, chain) -> {
            ((HttpServletResponse) response).addHeader("X-Seen", name);
            chain.doFilter(request, response);
        };
    }

    private final class AuditedInterceptor implements Interceptor<Audited> {
        @Override
        public Class<Audited> annotation() {
            return Audited.class;
        }

        @Override
        public InterceptorSlot slot() {
            return InterceptorSlot.METHOD;
        }

        @Override
        public Advice compile(Audited annotation, MethodSite site) {
            KeyExpression what = KeyExpression.compileBeforeCall("value", annotation.value(), site);
            return invocation -> {
                note(String.valueOf(what.evaluate(invocation.arguments(), null)));
                return invocation.proceed();
            };
        }
    }

    private final class AuditServlet extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("text/plain");
            response.getWriter().print(String.join("\n", notes));
        }
    }
}
