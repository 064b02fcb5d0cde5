package dev.headroom.router.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.Routers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Requests of one session that overlap on one server: none undoes what another has left. */
class PositionInSessionTest {
    private static final ConsistencyToken EARLIER = new ConsistencyToken("v1~main:1:5a");
    private static final ConsistencyToken LATER = new ConsistencyToken("v1~main:1:64");

    @AutoClose
    private final ReplicaRouter router = ReplicaRouter.builder("main")
            .primary(NodeSpec.of("p", new JdbcDataSource()))
            .build();

    private final PositionInSession positions = new PositionInSession(router, "c");
    private final Map<Object, Object> attributes = new ConcurrentHashMap<>();
    private final CountDownLatch storing = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private volatile boolean ended;

    /** A request with the session; its store takes as long as the test says for the earlier position. */
    private PositionInSession.Of request() {
        return request(positions);
    }

    private PositionInSession.Of request(PositionInSession kept) {
        HttpSession session = proxy(HttpSession.class, (self, method, arguments) -> switch (method.getName()) {
            case "getId" -> {
                if (ended) {
                    throw new IllegalStateException();
                }
                yield "id";
            }
            case "getAttribute" -> attributes.get(arguments[0]);
            case "setAttribute" -> {
                if (arguments[1].equals(EARLIER.value())) {
                    storing.countDown();
                    go.await();
                }
                attributes.put(arguments[0], arguments[1]);
                yield null;
            }
            default -> throw new UnsupportedOperationException(method.getName());
        });
        return kept.of(proxy(HttpServletRequest.class, (self, method, arguments) -> session));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Test
    void nothingIsLeftInASessionThatHasEnded() {
        PositionInSession.Of request = request();
        ended = true;
        request.leave(LATER, true);
        assertThat(attributes).isEmpty();
    }

    @Test
    void whatWasMerelySeenIsLeftBesideWhatWasWritten() {
        go.countDown();
        PositionInSession.Of reader = request();
        PositionInSession.Of writer = request();
        writer.leave(LATER, true);
        reader.leave(EARLIER, false);
        assertThat(attributes)
                .containsOnly(
                        Map.entry("dev.headroom.router.c", LATER.value()),
                        Map.entry("dev.headroom.router.c-seen", EARLIER.value()));
    }

    @Test
    void earlierPositionThatIsLeftLaterTakesNothingAway() {
        go.countDown();
        PositionInSession.Of slow = request();
        PositionInSession.Of fast = request();
        fast.leave(LATER, true);
        slow.leave(EARLIER, true);
        assertThat(attributes).containsOnly(Map.entry("dev.headroom.router.c", LATER.value()));
    }

    @Test
    void positionsThatDoNotFitTogetherAreAllCovered() {
        go.countDown();
        List<String> names = IntStream.range(10, 26)
                .mapToObj(number -> "c" + number + "-" + "x".repeat(44))
                .toList();
        ReplicaRouter[] routers = names.stream()
                .map(name -> ReplicaRouter.builder(name)
                        .primary(NodeSpec.of("p", new JdbcDataSource()))
                        .build())
                .toArray(ReplicaRouter[]::new);
        try (Routers all = Routers.of(routers[0], Arrays.copyOfRange(routers, 1, routers.length))) {
            PositionInSession several = new PositionInSession(all, "c");
            PositionInSession.Of slow = request(several);
            PositionInSession.Of fast = request(several);
            fast.leave(positions(names.subList(0, 8)), true);
            slow.leave(positions(names.subList(8, 16)), true);
            assertThat(request(several).written().value()).startsWith("v1~*:"); // no node has a replica
        }
        assertThat(String.valueOf(attributes.get("dev.headroom.router.c")))
                .contains("~*:")
                .hasSizeLessThanOrEqualTo(512);
    }

    private static ConsistencyToken positions(List<String> clusters) {
        return new ConsistencyToken(
                clusters.stream().map(name -> "~" + name + ":1:5").collect(Collectors.joining("", "v1", "")));
    }

    @Test
    void earlierPositionThatIsLeftAtTheSameTimeTakesNothingAway() throws Exception {
        PositionInSession.Of slow = request();
        PositionInSession.Of fast = request();
        CompletableFuture<Void> earlier = CompletableFuture.runAsync(() -> slow.leave(EARLIER, true));
        assertThat(storing.await(60, TimeUnit.SECONDS)).isTrue();
        Thread later = new Thread(() -> fast.leave(LATER, true));
        later.start();
        await().until(() -> later.getState() == Thread.State.WAITING || !later.isAlive());
        go.countDown();
        earlier.join();
        later.join();
        assertThat(attributes).containsOnly(Map.entry("dev.headroom.router.c", LATER.value()));
    }
}
