package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.LintFinding;
import dev.headroom.router.QueryDigest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What looks at statements keeps no more of them than it says, whatever an application sends. */
class BoundsTest {
    @Test
    void lintForgetsStatementsAndStillLooks() {
        List<LintFinding> told = new ArrayList<>();
        Lint lint = new Lint(told::add);
        for (int i = 0; i < 3 * Lint.MOST_KNOWN; i++) {
            lint.look("select id from note where id = " + i, true, "r1");
            lint.look("select id from note where id = " + i, false, "p");
            assertThat(lint.known()).isLessThanOrEqualTo(2 * Lint.MOST_KNOWN);
        }
        assertThat(told).isEmpty();
        lint.look("select * from note", true, "r1");
        assertThat(told).hasSize(1);
        for (int i = 0; i < 2 * Lint.MOST_TOLD; i++) {
            lint.look("select * from note_" + (char) ('a' + i % 26) + "_" + Integer.toString(i, 26), true, "r1");
        }
        assertThat(told.size()).isLessThanOrEqualTo(Lint.MOST_TOLD);
    }

    @Test
    void digestKeepsSoManyStatementsAndNodes() {
        Digest digest = new Digest(10, List.of("p"));
        for (int i = 0; i < 1_000; i++) {
            digest.add("select id from note where id = " + i, "r" + i, 1, false);
            digest.add(
                    "select id from note_" + Integer.toString(i, 26).replaceAll("\\d", "x") + " where id = " + i,
                    "p",
                    1,
                    false);
            assertThat(digest.known()).isLessThanOrEqualTo(40);
        }
        List<QueryDigest> read = digest.read();
        assertThat(read).hasSizeLessThanOrEqualTo(11);
        assertThat(read)
                .allSatisfy(each -> assertThat(each.countByNode()).hasSizeLessThanOrEqualTo(Digest.MOST_NODES + 1));
        assertThat(read.stream().mapToLong(QueryDigest::count).sum()).isEqualTo(2_000);
    }
}
