package dev.headroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.load.Criticality;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;

@ParameterizedClass
@EnumSource(EmbeddedServer.Kind.class)
class ContextFilterTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    private final EmbeddedServer.Kind kind;
    private final List<AutoCloseable> open = new ArrayList<>();

    ContextFilterTest(EmbeddedServer.Kind kind) {
        this.kind = kind;
    }

    private EmbeddedServer start(Headroom headroom, Consumer<ServletContext> more) throws Exception {
        open.add(headroom);
        EmbeddedServer server = kind.start(context -> {
            headroom.register(context);
            TestServlet.add(
                    context,
                    "/error",
                    (request, response) -> response.getWriter()
                            .write("error page of "
                                    + RequestContext.active()
                                            .map(c -> c.traceId().value())
                                            .orElse("nobody")));
            more.accept(context);
        });
        open.add(server);
        return server;
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private static void describe(HttpServletRequest request, HttpServletResponse response) throws Exception {
        RequestContext context = RequestContext.active().orElseThrow();
        response.getWriter()
                .write(String.join(
                        " ",
                        context.traceId().value(),
                        String.valueOf(MDC.get(RequestContext.MDC_TRACE)),
                        context.user().orElse("-"),
                        context.tier().orElse("-"),
                        context.criticality().name(),
                        context.deadline()
                                .map(d -> Long.toString(d.remaining().toMillis()))
                                .orElse("-")));
    }

    @Test
    void opensTheContextAndAnswersItsIdentifiers() throws Exception {
        EmbeddedServer server = start(
                Headroom.builder("test").build(),
                context -> TestServlet.add(context, "/x", ContextFilterTest::describe));

        HttpResponse<String> response = server.get("/x", "traceparent", PARENT, "X-Request-Id", "proxy-1/7");

        assertThat(response.body()).isEqualTo(TRACE + " " + TRACE + " - - CRITICAL -");
        assertThat(response.headers().firstValue("traceparent").orElseThrow())
                .startsWith("00-" + TRACE + "-")
                .endsWith("-01")
                .isNotEqualTo(PARENT);
        assertThat(response.headers().firstValue("X-Request-Id")).contains("proxy-1/7");
    }

    @Test
    void makesIdentifiersOfItsOwnInsteadOfBadOnes() throws Exception {
        EmbeddedServer server = start(
                Headroom.builder("test").build(),
                context -> TestServlet.add(context, "/x", ContextFilterTest::describe));

        HttpResponse<String> response =
                server.get("/x", "traceparent", PARENT.replace("4736", "473Z"), "X-Request-Id", "<script>");
        HttpResponse<String> tooLong = server.get("/x", "X-Request-Id", "a".repeat(129));

        String trace = response.body().substring(0, 32);
        assertThat(trace).isNotEqualTo(TRACE).matches("[0-9a-f]{32}");
        assertThat(response.headers().firstValue("X-Request-Id")).contains(trace);
        assertThat(tooLong.headers().firstValue("X-Request-Id"))
                .contains(tooLong.body().substring(0, 32));
    }

    @Test
    void takesCriticalityAndTimeoutOnlyFromTrustedCallers() throws Exception {
        WebOptions options = WebOptions.builder()
                .criticality("/images/*", Criticality.SHEDDABLE_PLUS)
                .timeout(java.time.Duration.ofSeconds(10))
                .trust(request -> "s3cret".equals(request.getHeader("X-Service")))
                .build();
        EmbeddedServer server = start(
                Headroom.builder("test").web(options).build(),
                context -> TestServlet.add(context, "/images/*", ContextFilterTest::describe));
        String[] told = {"X-Request-Criticality", "SHEDDABLE", "X-Request-Timeout", "1500"};
        String[] trusted = {"X-Request-Criticality", "SHEDDABLE", "X-Request-Timeout", "1500", "X-Service", "s3cret"};

        String[] stranger = server.get("/images/1", told).body().split(" ");
        String[] friend = server.get("/images/1", trusted).body().split(" ");

        assertThat(stranger[4]).isEqualTo("SHEDDABLE_PLUS");
        assertThat(Long.parseLong(stranger[5])).isBetween(1600L, 10_000L);
        assertThat(friend[4]).isEqualTo("SHEDDABLE");
        assertThat(Long.parseLong(friend[5])).isBetween(1L, 1500L);
    }

    @Test
    void trustsNobodyWhenDecidingThatFails() throws Exception {
        WebOptions options = WebOptions.builder()
                .trust(request -> {
                    throw new IllegalStateException("on purpose");
                })
                .build();
        EmbeddedServer server = start(
                Headroom.builder("test").web(options).build(),
                context -> TestServlet.add(context, "/images/*", ContextFilterTest::describe));

        HttpResponse<String> response = server.get("/images/1", "X-Request-Criticality", "SHEDDABLE");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body().split(" ")[4]).isEqualTo("CRITICAL");
    }

    @Test
    void knowsUserAndTierFromTheCookieThatLoginSets() throws Exception {
        IdentityCookie cookie =
                IdentityCookie.builder().secret("0123456789abcdef").build();
        EmbeddedServer server = start(
                Headroom.builder("test")
                        .web(WebOptions.builder().identity(cookie).build())
                        .build(),
                context -> {
                    TestServlet.add(
                            context, "/login", (request, response) -> cookie.set(request, response, "Ada ☃", "paying"));
                    TestServlet.add(context, "/x", ContextFilterTest::describe);
                });

        String set = server.get("/login").headers().firstValue("Set-Cookie").orElseThrow();
        String pair = set.substring(0, set.indexOf(';'));

        assertThat(set).contains("HttpOnly", "SameSite=Lax", "Path=/").doesNotContain("Secure");
        assertThat(server.get("/x", "Cookie", pair).body()).contains("paying");
        assertThat(server.get("/x", "Cookie", pair.replace("headroom-id=", "headroom-id=x"))
                        .body())
                .contains(" - - ");
    }

    @Test
    void runsFiltersInTheOrderOfTheirSlots() throws Exception {
        ConcurrentLinkedQueue<FilterSlot> seen = new ConcurrentLinkedQueue<>();
        List<Component> components = new ArrayList<>();
        FilterSlot[] slots = FilterSlot.values();
        for (int i = slots.length - 1; i > 0; i--) {
            components.add(new FilterComponent(slots[i], seen));
        }
        Headroom.Builder builder = Headroom.builder("test");
        components.forEach(builder::plug);
        EmbeddedServer server =
                start(builder.build(), context -> TestServlet.add(context, "/x", ContextFilterTest::describe));

        assertThat(server.get("/x").statusCode()).isEqualTo(200);

        assertThat(seen).containsExactly(java.util.Arrays.copyOfRange(slots, 1, slots.length));
    }

    private record FilterComponent(FilterSlot slot, ConcurrentLinkedQueue<FilterSlot> seen) implements Component {
        @Override
        public String name() {
            return slot.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }

        @Override
        public void contribute(Contributions to) {
            Filter filter = (request, response, chain) -> {
                assertThat(RequestContext.active()).isPresent();
                seen.add(slot);
                chain.doFilter(request, response);
            };
            to.web(parts -> parts.filter(FilterSpec.of(name(), slot, filter)));
        }

        @Override
        public void close() {}
    }

    @Test
    void keepsTheContextOfAnAsyncRequestAndCountsItOnce() throws Exception {
        Headroom headroom = Headroom.builder("test").build();
        AtomicReference<AsyncContext> held = new AtomicReference<>();
        EmbeddedServer server = start(
                headroom,
                context -> TestServlet.add(context, "/x", (request, response) -> {
                    AsyncContext async = request.startAsync();
                    assertThat(request.getAsyncContext()).isSameAs(async);
                    async.setTimeout(20_000);
                    async.start(() -> {
                        try {
                            describe(request, response);
                            held.set(async);
                        } catch (Exception e) {
                            async.complete();
                        }
                    });
                }));

        var answer = java.util.concurrent.CompletableFuture.supplyAsync(() -> server.get("/x", "traceparent", PARENT));
        await().untilAtomic(held, org.hamcrest.Matchers.notNullValue());
        assertThat(headroom.web().inFlight().count()).isEqualTo(1);
        held.get().complete();

        assertThat(answer.join().body()).isEqualTo(TRACE + " " + TRACE + " - - CRITICAL -");
        await().untilAsserted(
                        () -> assertThat(headroom.web().inFlight().count()).isZero());
    }

    @Test
    void keepsTheContextOverDispatchesThatStartAsyncAgain() throws Exception {
        Headroom headroom = Headroom.builder("test").build();
        EmbeddedServer server = start(
                headroom,
                context -> TestServlet.add(context, "/x", (request, response) -> {
                    Integer round = (Integer) request.getAttribute("round");
                    int now = round == null ? 1 : round + 1;
                    request.setAttribute("round", now);
                    assertThat(headroom.web().inFlight().count()).isEqualTo(1);
                    assertThat(RequestContext.current().traceId().value()).isEqualTo(TRACE);
                    if (now < 4) {
                        assertThat(request.getDispatcherType())
                                .isEqualTo(now == 1 ? DispatcherType.REQUEST : DispatcherType.ASYNC);
                        AsyncContext async = now == 2 ? request.startAsync(request, response) : request.startAsync();
                        async.start(async::dispatch);
                    } else {
                        response.getWriter().write("round " + now);
                    }
                }));

        assertThat(server.get("/x", "traceparent", PARENT).body()).isEqualTo("round 4");
        await().untilAsserted(
                        () -> assertThat(headroom.web().inFlight().count()).isZero());
    }

    @Test
    void releasesAnAsyncRequestThatTimesOut() throws Exception {
        Headroom headroom = Headroom.builder("test").build();
        EmbeddedServer server = start(
                headroom,
                context -> TestServlet.add(
                        context,
                        "/x",
                        (request, response) -> request.startAsync().setTimeout(50)));

        HttpResponse<String> response = server.get("/x", "traceparent", PARENT);

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).isEqualTo("error page of " + TRACE);
        await().untilAsserted(
                        () -> assertThat(headroom.web().inFlight().count()).isZero());
    }

    @Test
    void releasesWhateverIsThrown() throws Exception {
        Headroom headroom = Headroom.builder("test").build();
        EmbeddedServer server = start(
                headroom,
                context -> TestServlet.add(context, "/x", (request, response) -> {
                    switch (request.getParameter("how")) {
                        case "runtime" -> throw new IllegalStateException("on purpose");
                        case "checked" -> throw new ServletException("on purpose");
                        case "error" -> throw new StackOverflowError("on purpose");
                        case "async" -> {
                            request.startAsync();
                            throw new IllegalStateException("on purpose, after startAsync");
                        }
                        default -> response.sendError(409);
                    }
                }));

        for (String how : List.of("runtime", "checked", "error", "async", "status")) {
            HttpResponse<String> response = server.get("/x?how=" + how, "traceparent", PARENT);
            assertThat(response.statusCode()).as(how).isEqualTo(how.equals("status") ? 409 : 500);
            assertThat(response.body()).as(how).isEqualTo("error page of " + TRACE);
            await(how)
                    .untilAsserted(
                            () -> assertThat(headroom.web().inFlight().count()).isZero());
        }
    }

    @Test
    void leavesNothingOnTheThread() throws Exception {
        ConcurrentLinkedQueue<String> left = new ConcurrentLinkedQueue<>();
        Headroom headroom = Headroom.builder("test").build();
        open.add(headroom);
        Filter outside = (request, response, chain) -> {
            chain.doFilter(request, response);
            left.add(RequestContext.active() + " " + MDC.get(RequestContext.MDC_TRACE));
        };
        EmbeddedServer server = kind.start(context -> {
            context.addFilter("outside", outside)
                    .addMappingForUrlPatterns(java.util.EnumSet.of(DispatcherType.REQUEST), false, "/*");
            headroom.register(context);
            TestServlet.add(context, "/x", ContextFilterTest::describe);
        });
        open.add(server);

        server.get("/x");

        await().untilAsserted(() -> assertThat(left).containsExactly("Optional.empty null"));
    }

    @Test
    void worksAsAFilterOfWebXml() throws Exception {
        Headroom headroom = Headroom.builder("test").build();
        open.add(headroom);
        EmbeddedServer server = kind.start(
                context -> {
                    headroom.attach(context);
                    TestServlet.add(context, "/x", ContextFilterTest::describe);
                },
                ContextFilter.class.getName());
        open.add(server);

        assertThat(server.get("/x", "traceparent", PARENT).body()).startsWith(TRACE);
        assertThat(Headroom.class.getName()).isEqualTo(Headroom.ATTRIBUTE);
    }

    @Test
    void refusesToStartWithoutAnApplication() {
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> kind.start(context -> {}, ContextFilter.class.getName()))
                .isInstanceOfAny(ServletException.class, IllegalStateException.class);
    }

    @Test
    void sendsTheBodyOfAPostUntouched() throws Exception {
        EmbeddedServer server = start(
                Headroom.builder("test").build(),
                context -> TestServlet.add(
                        context,
                        "/x",
                        (request, response) -> response.getWriter().write(request.getParameter("a"))));

        HttpRequest post = server.request("/x?debugout=1", "Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("a=b"))
                .build();

        assertThat(server.send(post).body()).isEqualTo("b");
    }
}
