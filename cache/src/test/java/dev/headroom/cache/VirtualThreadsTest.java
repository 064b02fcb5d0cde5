package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.MemcachedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of virtual threads want one key, in a JVM with little memory, on a real memcached: one load, and none of them holds its carrier. */
class VirtualThreadsTest {
    @TempDir
    private Path folder;

    @Test
    void oneLoadAndNobodyIsPinned() {
        oneLoad(10_000, "-Xmx128m");
    }

    @Test
    @Tag("soak")
    void oneLoadForAHundredThousandInLittleMemory() {
        oneLoad(100_000, "-Xmx290m", "-XX:+UseG1GC");
    }

    private void oneLoad(int callers, String... options) {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads");
        try (MemcachedNode server = MemcachedNode.start();
                ChildJvm jvm = ChildJvm.builder(VirtualThreadsMain.class)
                        .jvmOptions(options)
                        .arguments(server.hostAndPort(), String.valueOf(callers), folder.toString())
                        .timeout(Duration.ofMinutes(5))
                        .start()) {
            String said = jvm.waitForLine(Pattern.compile("^loads \\d+"));
            System.out.println("soak: cache: " + callers + " virtual threads on one cold key, JDK " + Runtime.version()
                    + ", " + String.join(" ", options) + ", memcached: " + said);
            assertThat(said).startsWith("loads 1, pinned 0, wrong 0, ");
            assertThat(jvm.waitForExit()).isZero();
        }
    }
}
