package dev.headroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommitHooksTest {
    private static final int MORE_THAN_ANY_BUFFER = 100_000;

    private static EmbeddedServer tomcat;
    private static EmbeddedServer jetty;
    private static final List<String> LATE = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        tomcat = EmbeddedServer.Kind.TOMCAT.start(CommitHooksTest::application);
        jetty = EmbeddedServer.Kind.JETTY.start(CommitHooksTest::application);
    }

    @AfterAll
    static void stop() {
        tomcat.close();
        jetty.close();
    }

    private static void application(ServletContext context) {
        filter(context, "first", hooking("first"));
        filter(
                context,
                "wrapper",
                (request, response, chain) -> chain.doFilter(
                        new HttpServletRequestWrapper((HttpServletRequest) request),
                        response)); // as applications have them
        filter(context, "second", hooking("second"));
        filter(context, "zeroth", hooking("zeroth", CommitHooks::addFirst));
        ServletRegistration.Dynamic servlet = context.addServlet("ways", new Ways());
        servlet.addMapping("/*");
        servlet.setAsyncSupported(true);
    }

    private static void filter(ServletContext context, String name, Filter filter) {
        FilterRegistration.Dynamic registered = context.addFilter(name, filter);
        registered.setAsyncSupported(true);
        registered.addMappingForUrlPatterns(
                EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR), true, "/*");
    }

    private static Filter hooking(String name) {
        return hooking(name, CommitHooks::add);
    }

    private static Filter hooking(String name, BiConsumer<CommitHooks, CommitHook> how) {
        return (request, response, chain) -> {
            CommitHooks hooks = CommitHooks.of((HttpServletRequest) request, (HttpServletResponse) response);
            if (request.getAttribute(name) == null) {
                Adding hook = new Adding(name, (HttpServletRequest) request, (HttpServletResponse) response);
                request.setAttribute(name, hook);
                how.accept(hooks, hook);
            }
            hooks.pass(chain);
        };
    }

    /** Adds a header at the last moment, with what the application has said by then. */
    private static final class Adding implements CommitHook {
        private final String name;
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final AtomicBoolean added = new AtomicBoolean();

        Adding(String name, HttpServletRequest request, HttpServletResponse response) {
            this.name = name;
            this.request = request;
            this.response = response;
        }

        @Override
        public void beforeCommit() {
            if (response.isCommitted()) {
                if (!added.get()) {
                    LATE.add(name + " at " + request.getRequestURI());
                }
                return;
            }
            if (request.getAttribute("fail") != null && name.equals("first") && added.compareAndSet(false, true)) {
                throw new IllegalStateException("as the test asked");
            }
            if (request.getAttribute("work") != null && added.compareAndSet(false, true)) {
                response.addHeader("Hooks", name);
            }
        }

        @Override
        public void headersLost() {
            added.set(false);
        }
    }

    /** Does its work as late as it may, and then commits in the way that its path says. */
    private static final class Ways extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            String way = request.getRequestURI();
            if (request.getDispatcherType() == DispatcherType.ERROR) {
                response.getWriter().print("error page");
                return;
            }
            response.setContentType("text/plain;charset=UTF-8");
            switch (way) {
                case "/async" -> async(request, response, false);
                case "/async-stream" -> async(request, response, true);
                case "/async-dispatch" -> dispatch(request);
                default -> {
                    request.setAttribute("work", true);
                    commit(way, request, response);
                }
            }
        }

        private static void commit(String way, HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            switch (way) {
                case "/end" -> response.getWriter().print("end");
                case "/empty" -> {}
                case "/flush" -> response.flushBuffer();
                case "/redirect" -> response.sendRedirect("/elsewhere");
                case "/error" -> response.sendError(418, "as the test asked");
                case "/stream" -> response.getOutputStream().write(new byte[MORE_THAN_ANY_BUFFER]);
                case "/stream-at-once" ->
                    response.getOutputStream().write(new byte[10_000]); // more than Jetty keeps of one write
                case "/writer" -> response.getWriter().print("é".repeat(MORE_THAN_ANY_BUFFER / 2));
                case "/by-byte" -> {
                    for (int i = 0; i < MORE_THAN_ANY_BUFFER; i++) {
                        response.getOutputStream().write('x');
                    }
                }
                case "/close" -> response.getWriter().close();
                case "/length" -> {
                    byte[] body = "all of it".getBytes(StandardCharsets.UTF_8);
                    response.setContentLength(body.length);
                    response.getOutputStream().write(body);
                    response.getOutputStream().flush();
                }
                case "/reset" -> {
                    response.getWriter().print("gone");
                    response.getWriter().checkError(); // nothing leaves: but everybody had to think so
                    if (!response.isCommitted()) {
                        response.reset();
                    }
                    response.getWriter().print("kept");
                }
                case "/reset-unsent" -> {
                    response.setContentLength(3); // a hook may be called by this
                    response.reset();
                    response.getWriter().print("kept");
                }
                case "/fails" -> request.setAttribute("fail", true);
                default -> throw new IllegalArgumentException(way);
            }
        }

        private static void async(HttpServletRequest request, HttpServletResponse before, boolean stream) {
            AsyncContext async = request.startAsync();
            CompletableFuture.runAsync(() -> {
                request.setAttribute("work", true);
                try {
                    ServletResponse response = async.getResponse();
                    response.getOutputStream().write(new byte[stream ? MORE_THAN_ANY_BUFFER : 10]);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                } finally {
                    async.complete();
                }
            });
        }

        private static void dispatch(HttpServletRequest request) {
            AsyncContext async = request.startAsync();
            CompletableFuture.runAsync(() -> async.dispatch("/end"));
        }
    }

    private static EmbeddedServer server(EmbeddedServer.Kind kind) {
        return kind == EmbeddedServer.Kind.TOMCAT ? tomcat : jetty;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/end",
                "/empty",
                "/flush",
                "/redirect",
                "/error",
                "/stream",
                "/stream-at-once",
                "/writer",
                "/by-byte",
                "/close",
                "/length",
                "/reset",
                "/reset-unsent",
                "/async",
                "/async-stream",
                "/async-dispatch"
            })
    void hooksAreCalledInOrderBeforeTheResponseCommits(String way) throws Exception {
        for (EmbeddedServer.Kind kind : EmbeddedServer.Kind.values()) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(server(kind).request(way).GET().build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.headers().allValues("Hooks"))
                    .as("%s %s", kind, way)
                    .containsExactly("zeroth", "first", "second");
        }
        assertThat(LATE).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(EmbeddedServer.Kind.class)
    void failureOfOneHookReachesTheApplicationAfterTheOtherWasCalled(EmbeddedServer.Kind kind) throws Exception {
        HttpResponse<String> answer = server(kind).get("/fails");
        assertThat(answer.statusCode()).isEqualTo(500);
    }
}
