package dev.headroom.testkit.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cleans up after JVMs that were killed before they could do so themselves: their processes and their directories. */
final class AbandonedDirectories {

    private static final Logger LOG = LoggerFactory.getLogger(AbandonedDirectories.class);
    private static final AtomicBoolean SWEPT = new AtomicBoolean();

    /** A younger directory may be one that its JVM has made and not locked yet. */
    private static final Duration SETTLED = Duration.ofSeconds(30);

    private AbandonedDirectories() {}

    static void sweepOnce() {
        if (SWEPT.compareAndSet(false, true)) {
            sweep(Path.of(System.getProperty("java.io.tmpdir")), Instant.now().minus(SETTLED));
        }
    }

    /** Removes the directories made before the given time whose lock nobody holds. */
    static void sweep(Path parent, Instant madeBefore) {
        try (DirectoryStream<Path> candidates =
                Files.newDirectoryStream(parent.toRealPath(), OwnedDirectory.TEMPORARY_PREFIX + "*")) {
            for (Path candidate : candidates) {
                sweepOne(candidate, madeBefore);
            }
        } catch (IOException e) {
            LOG.warn("testkit: could not look for abandoned directories in {}: {}", parent, e.toString());
        }
    }

    private static void sweepOne(Path directory, Instant madeBefore) {
        try {
            if (isOurs(directory) && lastModified(directory).isBefore(madeBefore)) {
                removeIfAbandoned(directory);
            }
        } catch (IOException e) {
            // most likely another JVM is sweeping it too
            LOG.debug("testkit: left {} alone: {}", directory, e.toString());
        }
    }

    private static void removeIfAbandoned(Path directory) throws IOException {
        FileChannel lock = OwnedDirectory.tryLock(directory);
        if (lock == null) {
            return;
        }
        try {
            List<ProcessHandle> orphans = ProcessesIn.directory(directory);
            LOG.info("testkit: removing {} with {} processes of a JVM that was killed", directory, orphans.size());
            Signals.killAll(orphans);
            FileTree.delete(directory);
        } finally {
            OwnedDirectory.unlock(directory, lock);
        }
    }

    private static boolean isOurs(Path directory) throws IOException {
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(Path.of("/proc/self")));
    }

    private static Instant lastModified(Path directory) throws IOException {
        return Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS).toInstant();
    }
}
