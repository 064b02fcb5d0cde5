package dev.headroom.testkit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.MemcachedNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Tag("one-jdk")
class AbandonedDirectoriesTest {

    @TempDir
    private Path temporary;

    /** Starts a memcached and waits to be killed. */
    static final class Owner {
        public static void main(String[] args) throws InterruptedException {
            MemcachedNode node = MemcachedNode.builder().ownProcess().start();
            System.out.println("memcached " + node.pid());
            Thread.currentThread().join();
        }
    }

    @Test
    void removesWhatAKilledJvmLeftAndNothingElse() {
        try (ChildJvm killed = owner();
                ChildJvm living = owner()) {
            ProcessHandle orphan = memcachedOf(killed);
            ProcessHandle inUse = memcachedOf(living);
            ProcessHandle.of(killed.pid()).orElseThrow().destroyForcibly();
            killed.waitForExit();
            assertThat(orphan.isAlive()).isTrue();

            AbandonedDirectories.sweep(temporary, Instant.now().minusSeconds(60));
            assertThat(orphan.isAlive()).as("too young to be swept").isTrue();
            AbandonedDirectories.sweep(temporary, Instant.now().plusSeconds(1));
            assertThat(Signals.lives(orphan)).isFalse();
            assertThat(inUse.isAlive()).isTrue();
            assertThat(temporary).isDirectoryContaining("glob:**headroom-testkit-memcached-*");

            living.terminate();
            living.waitForExit();
            assertThat(Signals.lives(inUse)).isFalse();
            assertThat(temporary).isDirectoryNotContaining("glob:**headroom-testkit-memcached-*");
        }
    }

    private ChildJvm owner() {
        return ChildJvm.builder(Owner.class)
                .jvmOptions("-Djava.io.tmpdir=" + temporary)
                .start();
    }

    private static ProcessHandle memcachedOf(ChildJvm owner) {
        String line = owner.waitForLine(Pattern.compile("^memcached \\d+$"));
        return ProcessHandle.of(Long.parseLong(line.substring("memcached ".length())))
                .orElseThrow();
    }
}
