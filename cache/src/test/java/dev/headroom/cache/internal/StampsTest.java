package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.testing.InMemorySharedTier;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What comes between the operations by which a missing count is made anew. */
@Tag("one-jdk")
class StampsTest {
    private static final String TAG = "t";
    private static final int MOST_OPERATIONS = 10;

    /** What others do. */
    private enum Step {
        /** The first half of a drop. */
        INCREMENT,
        /** The second half. */
        RAISE,
        /** The second half of a drop whose first half came before the value. */
        RAISE_EARLIER,
        EVICT,
        /** A third process makes the count anew, in one go. */
        RENEW,
        LOSE_COUNTER
    }

    private int explored;

    @Test
    void aDropIsNeverForgottenWhateverComesInBetween() {
        List<List<Step>> scripts = List.of(
                List.of(Step.INCREMENT, Step.RAISE, Step.EVICT),
                List.of(Step.EVICT, Step.INCREMENT, Step.RAISE, Step.EVICT),
                List.of(Step.INCREMENT, Step.RENEW, Step.RAISE, Step.EVICT, Step.RENEW),
                List.of(Step.INCREMENT, Step.RAISE, Step.EVICT, Step.RENEW, Step.EVICT),
                List.of(Step.LOSE_COUNTER, Step.INCREMENT, Step.RAISE, Step.EVICT),
                List.of(Step.INCREMENT, Step.LOSE_COUNTER, Step.RAISE, Step.EVICT, Step.RENEW),
                List.of(Step.INCREMENT, Step.RAISE, Step.EVICT, Step.RAISE_EARLIER),
                List.of(Step.INCREMENT, Step.RAISE_EARLIER, Step.RAISE, Step.EVICT, Step.RENEW),
                List.of(Step.INCREMENT, Step.RAISE, Step.EVICT, Step.RAISE_EARLIER, Step.RENEW),
                List.of(Step.LOSE_COUNTER, Step.INCREMENT, Step.RAISE, Step.RAISE_EARLIER));
        scripts.forEach(script -> explore(script, new ArrayList<>(), 0));
        assertThat(explored).isGreaterThan(5000);
    }

    @Test
    void whatNobodyDroppedIsGood() {
        InMemorySharedTier tier = new InMemorySharedTier();
        Stamps stamps = new Stamps("p:", "n");
        long stamp = tier.node("").increment(stamps.counter());
        assertThat(stamps.ensure(tier.node(""), Set.of(TAG, "u"), stamp)).isTrue();
        tier.evictRecord(stamps.tag(TAG));
        assertThat(stamps.ensure(tier.node(""), Set.of(TAG), stamp)).isTrue();
        stamps.drop(tier.node(""), stamps.tag(TAG));
        assertThat(stamps.ensure(tier.node(""), Set.of(TAG), stamp)).isFalse();
        assertThat(stamps.ensure(tier.node(""), Set.of("u"), stamp)).isTrue();
    }

    @Test
    void whatComesAfterTheDropOfATagThatNobodyKnewIsGood() {
        SharedNode node = new InMemorySharedTier().node("");
        Stamps stamps = new Stamps("p:", "n");
        stamps.drop(node, stamps.tag(TAG));
        stamps.drop(node, stamps.all);
        long stamp = stamps.now(node, node.records(List.of(stamps.counter())));
        assertThat(stamps.ensure(node, Set.of(TAG), stamp)).isTrue();
        assertThat(stamps.ensure(node, Set.of(TAG), stamp - 1)).isFalse();
    }

    @Test
    void countsOfManyTagsAreMadeTogether() {
        AtomicInteger operations = new AtomicInteger();
        SharedNode node = new InMemorySharedTier().node("");
        SharedNode watched = (SharedNode) Proxy.newProxyInstance(
                SharedNode.class.getClassLoader(), new Class<?>[] {SharedNode.class}, (proxy, method, arguments) -> {
                    operations.incrementAndGet();
                    return method.invoke(node, arguments);
                });
        Stamps stamps = new Stamps("p:", "n");
        long stamp = node.increment(stamps.counter());
        Set<String> tags = IntStream.range(0, 50).mapToObj(String::valueOf).collect(Collectors.toSet());
        assertThat(stamps.ensure(watched, tags, stamp)).isTrue();
        assertThat(operations.get()).isLessThan(10);
    }

    /** Each step before one of the operations, in order. */
    private void explore(List<Step> script, List<Integer> places, int from) {
        if (places.size() == script.size()) {
            new World(script, places).run();
            explored++;
            return;
        }
        for (int place = from; place <= MOST_OPERATIONS; place++) {
            places.add(place);
            explore(script, places, place);
            places.remove(places.size() - 1);
        }
    }

    /** One run. */
    private static final class World {
        private final InMemorySharedTier tier = new InMemorySharedTier();
        private final SharedNode node = tier.node("");
        private final Stamps stamps = new Stamps("p:", "n");
        private final List<Step> script;
        private final List<Integer> places;
        private long earlier;
        private long count;
        private int operations;
        private int done;

        World(List<Step> script, List<Integer> places) {
            this.script = script;
            this.places = places;
        }

        void run() {
            earlier = node.increment(stamps.counter());
            long stamp = earlier;
            SharedNode watched = (SharedNode) Proxy.newProxyInstance(
                    SharedNode.class.getClassLoader(),
                    new Class<?>[] {SharedNode.class},
                    (proxy, method, arguments) -> {
                        others(operations++);
                        try {
                            return method.invoke(node, arguments);
                        } catch (InvocationTargetException thrown) {
                            throw thrown.getCause();
                        }
                    });
            stamps.ensure(watched, Set.of(TAG), stamp);
            others(MOST_OPERATIONS);
            String name = stamps.tag(TAG);
            Map<String, byte[]> records = node.records(List.of(name));
            assertThat(Stamps.good(stamp, List.of(name), records))
                    .as("a value from before the drop, %s before the operations %s", script, places)
                    .isFalse();
        }

        private void others(int operation) {
            while (done < script.size() && places.get(done) <= operation) {
                run(script.get(done++));
            }
        }

        private void run(Step step) {
            String name = stamps.tag(TAG);
            switch (step) {
                case INCREMENT -> count = node.increment(stamps.counter());
                case RAISE -> stamps.raise(node, name, count);
                case RAISE_EARLIER -> stamps.raise(node, name, earlier);
                case EVICT -> tier.evictRecord(name);
                case RENEW -> stamps.ensure(node, Set.of(TAG), count);
                case LOSE_COUNTER -> tier.evictRecord(stamps.counter());
                default -> throw new IllegalArgumentException(step.name());
            }
        }
    }
}
