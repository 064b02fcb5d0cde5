package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.internal.TokenEntries.Entry;
import dev.headroom.router.spi.Position;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is told of clusters that a token names, and of the others. */
class TokenEntriesTest {
    private static final String LONG = "x".repeat(50);
    private static final Predicate<String> ALL = cluster -> true;
    private static final Duration LIFE = Duration.ofMinutes(10);

    /** One server's clusters, and those of which all nodes are everywhere. */
    private record Known(Predicate<String> names, Predicate<String> reached, Predicate<String> changed)
            implements TokenEntries.Clusters {
        Known(Predicate<String> names, Predicate<String> reached) {
            this(names, reached, cluster -> false);
        }

        @Override
        public boolean replaced(String cluster) {
            return changed.test(cluster);
        }

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

    /** Of a text in which the entry of all others says no time. */
    private static TokenEntries of(String text) {
        return TokenEntries.of(new ConsistencyToken(text.replaceFirst("(~\\*:[0-9a-f]+)$", "$1:1")));
    }

    /** The token, without that time. */
    private static String text(TokenEntries entries, TokenEntries.Clusters clusters) {
        return entries.token(clusters).value().replaceFirst("(~\\*:[0-9a-f]+):[0-9a-f]+$", "$1");
    }

    private String text(TokenEntries entries) {
        return text(entries, server);
    }

    private String joined(String one, String other) {
        TokenEntries both = of(one);
        both.join(of(other));
        return text(both);
    }

    private static TokenEntries many(int count) {
        TokenEntries all = TokenEntries.of(ConsistencyToken.NONE);
        IntStream.range(0, count).forEach(number -> all.raise(number + LONG, at(1)));
        return all;
    }

    @Test
    void isReadAsItWasWritten() {
        for (String text : new String[] {"v1~a:p1:5", "v1~+a:p1:5~b:m3:7", "v1~a:p1:5~*:1f:6ac1f00", "v1~*:1:1"}) {
            assertThat(of(text).token(server).value()).isEqualTo(text);
        }
        for (String text : new String[] {
            "v1~*",
            "v1~*:",
            "v1~*:x",
            "v1~*:1:",
            "v1~*:123456789:1",
            "v1~*:1:123456789a",
            "v1~+",
            "v1~++a:p1:5",
            "v2~*:1"
        }) {
            assertThat(of(text).token(server)).as(text).isEqualTo(ConsistencyToken.NONE);
        }
    }

    @Test
    void entryOfAllOthersCoversWhatItsOwnTokenDoesNotName() {
        assertThat(joined("v1~b:p1:9", "v1~b:p1:7~*:1")).isEqualTo("v1~b:p1:9~*:1");
        assertThat(joined("v1~b:p1:7~*:1", "v1~b:p1:9")).isEqualTo("v1~b:p1:9~*:1");
        assertThat(joined("v1~*:1", "v1~*:1")).isEqualTo("v1~*:1");
        assertThat(joined("v1~*:1", "v1~*:2"))
                .startsWith("v1~*:")
                .isEqualTo(joined("v1~*:2", "v1~*:1"))
                .isNotEqualTo("v1~*:1")
                .isNotEqualTo("v1~*:2");
    }

    /** Who has looked already for what it stands for looks anew. */
    @Test
    void whatIsJoinedUnderItIsToldByItsNumber() {
        assertThat(joined("v1~a:p1:5~b:p1:9", "v1~b:p1:7~*:1"))
                .startsWith("v1~b:p1:9~*:")
                .isEqualTo(joined("v1~b:p1:7~*:1", "v1~a:p1:5~b:p1:9"))
                .isNotEqualTo("v1~b:p1:9~*:1");
        assertThat(joined("v1~+a:p1:5", "v1~b:p1:7~*:1")).isEqualTo("v1~b:p1:7~*:1");
    }

    private static boolean forgotten(TokenEntries entries) {
        entries.forgetOthers(LIFE);
        return entries.others() == 0;
    }

    @Test
    void isForgottenInTimeUnlessSomethingMoreIsPutUnderIt() {
        long now = System.currentTimeMillis() / 1000;
        String old = "~*:1:" + Long.toHexString(now - LIFE.toSeconds() - 60);
        String recent = "~*:1:" + Long.toHexString(now - 60);
        assertThat(forgotten(of("v1~a:p1:5" + old))).isTrue();
        assertThat(forgotten(of("v1~a:p1:5" + recent))).isFalse();
        TokenEntries all = of("v1~a:p1:5" + old);
        assertThat(all.raise("a", at(6))).isTrue();
        assertThat(all.raise("b", added(6))).isFalse();
        all.renewOthers();
        assertThat(forgotten(all)).as("named, or merely seen").isTrue();
        all = of("v1~a:p1:5" + old);
        all.raise("b", at(6));
        assertThat(forgotten(all)).as("written under it").isFalse();
        all = of("v1~a:p1:5" + old);
        all.join(of("v1~a:p1:5~b:p1:7"));
        assertThat(forgotten(all)).as("joined under it").isFalse();
        all = of("v1~a:p1:5" + old);
        all.join(of("v1~a:p1:5" + recent));
        assertThat(forgotten(all)).as("the later one").isFalse();
    }

    @Test
    void whatCoversItIsNamedIfThereIsRoom() {
        TokenEntries all = of("v1~a:p1:5~*:1");
        assertThat(all.name("b", at(6), false, server)).isTrue();
        assertThat(all.name("a", at(6), true, server)).isTrue();
        assertThat(all.name("a", at(6), true, server)).isFalse();
        assertThat(text(all)).isEqualTo("v1~a:p1:6~b:p1:6~*:1");
        TokenEntries full = of(text(many(8)) + "~*:1");
        assertThat(full.name("seen" + LONG, at(6), false, server)).isFalse();
        assertThat(text(full)).isEqualTo(text(many(8)) + "~*:1");
        assertThat(full.name("written" + LONG, at(6), true, server)).isTrue();
        assertThat(text(full)).doesNotContain("written").contains(text(many(8)) + "~*:");
        Known reached = new Known(ALL, (4 + LONG)::equals);
        assertThat(full.name("written" + LONG, at(6), true, reached)).isTrue();
        assertThat(text(full)).contains("~written").doesNotContain("~4x");
    }

    @Test
    void whatIsWrittenUnderItIsToldByItsNumber() {
        TokenEntries all = of("v1~a:p1:5~*:1");
        assertThat(all.raise("b", at(3))).isTrue();
        String once = text(all);
        assertThat(once).startsWith("v1~a:p1:5~*:").isNotEqualTo("v1~a:p1:5~*:1");
        assertThat(all.raise("b", added(9))).isFalse();
        assertThat(text(all)).isEqualTo(once);
        TokenEntries again = of("v1~a:p1:5~*:1");
        again.raise("b", at(3));
        assertThat(text(again)).as("for the same").isEqualTo(once);
        assertThat(all.raise("a", at(6))).isTrue();
        assertThat(text(all)).isEqualTo(once.replace(":5~", ":6~"));
    }

    @Test
    void renewedOneIsAnother() {
        TokenEntries all = of("v1~*:1");
        all.renewOthers();
        String first = text(all);
        all.renewOthers();
        assertThat(text(all)).startsWith("v1~*:").isNotEqualTo(first);
        TokenEntries named = of("v1~a:p1:5");
        named.renewOthers();
        assertThat(text(named)).isEqualTo("v1~a:p1:5");
    }

    @Test
    void whatWasAddedIsWrittenOnceItWas() {
        TokenEntries all = of("v1~+a:p1:5");
        all.raise("a", added(6));
        assertThat(text(all)).isEqualTo("v1~+a:p1:6");
        all.raise("a", at(4));
        assertThat(text(all)).isEqualTo("v1~a:p1:6");
        all.raise("a", added(7));
        assertThat(text(all)).isEqualTo("v1~a:p1:7");
    }

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
    void putsWhatIsNotKnownHereTogetherThen() {
        TokenEntries all = many(9);
        all.raise("written", at(1));
        Known own = new Known(cluster -> !cluster.equals(4 + LONG), cluster -> false);
        assertThat(text(all, own)).doesNotContain("~4x").contains("~written:p1:1", "~0x", "~3x", "~5x", "~8x", "~*:");
    }

    /** Only the name tells who must not answer any more. */
    @Test
    void namesWhereAnotherPrimaryWasSeenBefore() {
        Known own = new Known(ALL, cluster -> false, Set.of(0 + LONG, 1 + LONG, 19 + LONG)::contains);
        TokenEntries all = many(19);
        assertThat(text(all, own)).contains("~0x", "~1x", "~*:").doesNotContain("~19x", "~2x");
        assertThat(all.name(19 + LONG, at(6), true, own)).isTrue();
        assertThat(text(all, own)).contains("~0x", "~1x", "~19x", "~*:").hasSizeLessThanOrEqualTo(512);
    }

    @Test
    void putsTheRestTogether() {
        TokenEntries all = many(20);
        all.raise("a", at(5));
        Known own = new Known(ALL, cluster -> false);
        String token = text(all, own);
        assertThat(token).contains("~a:p1:5", "~*:").hasSizeLessThanOrEqualTo(512);
        assertThat(all.raise("a", at(6))).isTrue();
        assertThat(text(all, own)).isEqualTo(token.replace("~a:p1:5", "~a:p1:6"));
    }
}
