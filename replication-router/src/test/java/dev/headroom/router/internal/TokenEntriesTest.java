package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.internal.TokenEntries.Entry;
import dev.headroom.router.spi.Position;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is told of clusters that a token names, and of the others. */
class TokenEntriesTest {
    private static final String LONG = "x".repeat(50);

    /** One server's clusters, and those of which all nodes are everywhere. */
    private record Known(Predicate<String> names, Predicate<String> reached) implements TokenEntries.Clusters {
        @Override
        public boolean has(String cluster) {
            return names.test(cluster);
        }

        @Override
        public boolean reachedByAll(String cluster, Entry entry) {
            return reached.test(cluster);
        }
    }

    private final Known server = new Known(Set.of("a", "b")::contains, cluster -> false);

    private static Entry at(long sequence) {
        return new Entry("p", new Position(1, sequence), false);
    }

    private static Entry added(long sequence) {
        return new Entry("p", new Position(1, sequence), true);
    }

    private static TokenEntries of(String text) {
        return TokenEntries.of(new ConsistencyToken(text));
    }

    private String joined(String one, String other) {
        TokenEntries both = of(one);
        both.join(of(other));
        return both.token(server).value();
    }

    private static TokenEntries many(int count) {
        TokenEntries all = TokenEntries.of(ConsistencyToken.NONE);
        IntStream.range(0, count).forEach(number -> all.raise(number + LONG, at(1)));
        return all;
    }

    @Test
    void isReadAsItWasWritten() {
        for (String text : new String[] {"v1~a:p1:5", "v1~+a:p1:5~b:m3:7", "v1~a:p1:5~*:1f", "v1~*:1"}) {
            assertThat(of(text).token(server).value()).isEqualTo(text);
        }
        for (String text :
                new String[] {"v1~*", "v1~*:", "v1~*:x", "v1~*:123456789", "v1~+", "v1~++a:p1:5", "v2~*:1"}) {
            assertThat(of(text).token(server)).as(text).isEqualTo(ConsistencyToken.NONE);
        }
    }

    @Test
    void entryOfAllOthersCoversWhatItsOwnTokenDoesNotName() {
        assertThat(joined("v1~a:p1:5", "v1~b:p1:7~*:1")).isEqualTo("v1~b:p1:7~*:1");
        assertThat(joined("v1~a:p1:5~b:p1:9", "v1~b:p1:7~*:1")).isEqualTo("v1~b:p1:9~*:1");
        assertThat(joined("v1~b:p1:7~*:1", "v1~a:p1:5~b:p1:9")).isEqualTo("v1~b:p1:9~*:1");
        assertThat(joined("v1~*:1", "v1~*:1")).isEqualTo("v1~*:1");
        assertThat(joined("v1~*:1", "v1~*:2"))
                .startsWith("v1~*:")
                .isEqualTo(joined("v1~*:2", "v1~*:1"))
                .isNotEqualTo("v1~*:1")
                .isNotEqualTo("v1~*:2");
    }

    @Test
    void whatIsWrittenUnderItIsToldByItsNumber() {
        TokenEntries all = of("v1~a:p1:5~*:1");
        assertThat(all.raise("b", at(3))).isTrue();
        String once = all.token(server).value();
        assertThat(once).startsWith("v1~a:p1:5~*:").isNotEqualTo("v1~a:p1:5~*:1");
        assertThat(all.raise("b", added(9))).isFalse();
        assertThat(all.token(server).value()).isEqualTo(once);
        TokenEntries again = of("v1~a:p1:5~*:1");
        again.raise("b", at(3));
        assertThat(again.token(server).value()).as("for the same").isEqualTo(once);
        assertThat(all.raise("a", at(6))).isTrue();
        assertThat(all.token(server).value()).isEqualTo(once.replace(":5~", ":6~"));
    }

    @Test
    void renewedOneIsAnother() {
        TokenEntries all = of("v1~*:1");
        all.renewOthers();
        String first = all.token(server).value();
        all.renewOthers();
        assertThat(all.token(server).value()).startsWith("v1~*:").isNotEqualTo(first);
        TokenEntries named = of("v1~a:p1:5");
        named.renewOthers();
        assertThat(named.token(server).value()).isEqualTo("v1~a:p1:5");
    }

    @Test
    void whatWasAddedIsWrittenOnceItWas() {
        TokenEntries all = of("v1~+a:p1:5");
        all.raise("a", added(6));
        assertThat(all.token(server).value()).isEqualTo("v1~+a:p1:6");
        all.raise("a", at(4));
        assertThat(all.token(server).value()).isEqualTo("v1~a:p1:6");
        all.raise("a", added(7));
        assertThat(all.token(server).value()).isEqualTo("v1~a:p1:7");
    }

    private static final Predicate<String> ALL = cluster -> true;

    @Test
    void leavesOutWhatWasAddedFirst() {
        TokenEntries all = many(8);
        all.raise("added" + LONG, added(1));
        all.raise("written", at(1));
        assertThat(all.fit()).isFalse();
        assertThat(all.token(new Known(ALL, ALL)).value())
                .doesNotContain("added", "*")
                .contains("~written:p1:1", "~0x", "~7x");
    }

    @Test
    void leavesOutWhatIsEverywhereNext() {
        TokenEntries all = many(9);
        all.raise("written", at(1));
        Known reached = new Known("written"::equals, (4 + LONG)::equals);
        assertThat(all.token(reached).value())
                .doesNotContain("~4x", "*")
                .contains("~written:p1:1", "~0x", "~3x", "~5x", "~8x");
    }

    @Test
    void leavesOutWhatIsNotKnownHereThen() {
        TokenEntries all = many(9);
        all.raise("written", at(1));
        Known own = new Known(cluster -> !cluster.equals(4 + LONG), cluster -> false);
        assertThat(all.token(own).value())
                .doesNotContain("~4x", "*")
                .contains("~written:p1:1", "~0x", "~3x", "~5x", "~8x");
    }

    @Test
    void putsTheRestTogether() {
        TokenEntries all = many(20);
        all.raise("a", at(5));
        Known own = new Known(ALL, cluster -> false);
        String token = all.token(own).value();
        assertThat(token).contains("~a:p1:5", "~*:").hasSizeLessThanOrEqualTo(512);
        assertThat(all.raise("a", at(6))).isTrue();
        assertThat(all.token(own).value()).isEqualTo(token.replace("~a:p1:5", "~a:p1:6"));
    }
}
