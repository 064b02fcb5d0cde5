package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.spi.Backplane;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.testing.InMemorySharedTier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JournalTest {
    private final InMemorySharedTier tier = new InMemorySharedTier();
    private final List<String> rounds = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private final SharedNode node = (SharedNode) Proxy.newProxyInstance(
            SharedNode.class.getClassLoader(), new Class<?>[] {SharedNode.class}, (proxy, method, arguments) -> {
                if (!method.getName().equals("isAvailable")) {
                    rounds.add(method.getName());
                }
                return method.invoke(tier.node(""), arguments);
            });
    private final Journal journal = new Journal(new Home(node, () -> {}), "a", "nothing", new Backplane.Listener() {
        @Override
        public void heard(String message) {
            heard.add(message);
        }

        @Override
        public void lost() {
            heard.add("lost");
        }
    });

    @BeforeEach
    void begin() {
        assertThat(journal.follow()).isTrue();
        assertThat(heard).containsExactly("lost"); // what came before
        heard.clear();
        rounds.clear();
    }

    private void append(int first, int last) {
        IntStream.rangeClosed(first, last).forEach(i -> Journal.append(tier.node(""), "a", "m" + i));
    }

    @Test
    void nothingNewIsOneRoundTrip() {
        assertThat(journal.follow()).isFalse();
        assertThat(rounds).containsExactly("records");
        assertThat(heard).isEmpty();
    }

    @Test
    void aFewAreReadTogetherWithTheCounterAndManyByASecondRoundTrip() {
        append(1, 4);
        assertThat(journal.follow()).isTrue();
        assertThat(rounds).containsExactly("records");
        assertThat(heard).containsExactly("m1", "m2", "m3", "m4");
        append(5, 100);
        assertThat(journal.follow()).isTrue();
        assertThat(rounds).containsExactly("records", "records", "records");
        assertThat(heard).hasSize(100).endsWith("m99", "m100");
        assertThat(journal.follow()).isFalse();
    }

    @Test
    void aGapIsWaitedForAndThenLost() {
        append(1, 1);
        tier.node("").increment("a:~j"); // by who has not written yet
        append(3, 3);
        assertThat(journal.follow()).as("looks again soon").isTrue();
        assertThat(heard).containsExactly("m1");
        Awaitility.await().until(() -> {
            journal.follow();
            return heard.size() > 1;
        });
        assertThat(heard).containsExactly("m1", "lost");
        append(4, 4);
        journal.follow();
        assertThat(heard).endsWith("lost", "m4");
    }

    @Test
    void anotherLifeOfTheNodeAndTooMuchAreLost() {
        tier.restart();
        append(1, 1);
        journal.follow();
        assertThat(heard).containsExactly("lost");
        append(2, 1_100);
        journal.follow();
        assertThat(heard).containsExactly("lost", "lost");
        append(1_101, 1_101);
        journal.follow();
        assertThat(heard).endsWith("m1101").hasSize(3);
    }
}
