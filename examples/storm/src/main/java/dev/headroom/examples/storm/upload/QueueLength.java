package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Site;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** How many jobs the site has not done: those that wait, those that run, and those that failed for good. */
public final class QueueLength {
    private static final long BETWEEN_LOOKS_MILLIS = 500;

    private final Http http = new Http();
    private final URI address;

    /** At this instance. */
    public QueueLength(URI instance) {
        this.address = Site.at(instance, "/queue/length?states=ready,scheduled,running,dead");
    }

    /** How many there are now. */
    public long now() throws IOException, InterruptedException {
        String text = http.text(address).strip();
        if (!text.matches("\\d{1,18}")) {
            throw new IOException(address + " answered '" + text + "' instead of a number");
        }
        return Long.parseLong(text);
    }

    /** Waits until there are none; gives up when they do not get fewer for some time. Returns how many are left. */
    public long awaitNone(Duration patience, Output output) throws IOException, InterruptedException {
        long fewest = Long.MAX_VALUE;
        long deadline = System.nanoTime() + patience.toNanos();
        long left = now();
        while (left > 0 && System.nanoTime() - deadline < 0) {
            if (left < fewest) {
                fewest = left;
                deadline = System.nanoTime() + patience.toNanos();
            }
            output.progress("%,d jobs in the queue".formatted(left));
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
            left = now();
        }
        return left;
    }
}
