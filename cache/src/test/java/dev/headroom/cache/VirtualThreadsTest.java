package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.MemcachedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hundred thousand virtual threads want one key, in a JVM with little memory, on a real memcached: one load, and none of them holds its carrier. */
class VirtualThreadsTest {
    private static final int CALLERS = 100_000;
    private static final String HEAP = "-Xmx290m";

    @Test
    void oneLoadAndNobodyIsPinned(@TempDir Path folder) {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads");
        try (MemcachedNode server = MemcachedNode.start();
                ChildJvm jvm = ChildJvm.builder(VirtualThreadsMain.class)
                        .jvmOptions(HEAP)
                        .arguments(server.hostAndPort(), String.valueOf(CALLERS), folder.toString())
                        .timeout(Duration.ofMinutes(5))
                        .start()) {
            String said = jvm.waitForLine(Pattern.compile("^loads \\d+"));
            System.out.println("soak: cache: " + CALLERS + " virtual threads on one cold key, JDK " + Runtime.version()
                    + ", memcached: " + said);
            assertThat(said).startsWith("loads 1, pinned 0, wrong 0, ");
            assertThat(jvm.waitForExit()).isZero();
        }
    }
}
