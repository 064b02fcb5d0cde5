package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.output.Latencies;
import dev.headroom.examples.storm.output.Tally;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** What the site said to all uploads. Thread-safe. */
final class Intake {
    private final List<Uploaded> acknowledged = new CopyOnWriteArrayList<>();
    private final Latencies latencies = new Latencies();
    private final Tally refused = new Tally();
    private final Tally unanswered = new Tally();
    private final Tally takenThoughBroken = new Tally();
    private final Tally brokenErrors = new Tally();
    private final LongAdder brokenRefused = new LongAdder();
    private final LongAdder busy = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final long begin = System.nanoTime();
    private volatile long end = begin;

    void acknowledge(Uploaded uploaded, long nanos) {
        acknowledged.add(uploaded);
        latencies.record(nanos);
        end = System.nanoTime();
    }

    /** The acknowledged ones, in the order of their acknowledgements. */
    List<Uploaded> acknowledged() {
        return acknowledged;
    }

    /** Of acknowledged ones, from the first byte of the last try to the answer. */
    Latencies latencies() {
        return latencies;
    }

    /** Good ones that were not taken. */
    Tally refused() {
        return refused;
    }

    /** Uploads that were given up. */
    Tally unanswered() {
        return unanswered;
    }

    /** Broken ones that were taken. */
    Tally takenThoughBroken() {
        return takenThoughBroken;
    }

    /** Broken ones that were answered by neither a refusal nor an acknowledgement. */
    Tally brokenErrors() {
        return brokenErrors;
    }

    /** Broken ones that were refused. */
    LongAdder brokenRefused() {
        return brokenRefused;
    }

    /** How often the site said "later". */
    LongAdder busy() {
        return busy;
    }

    /** How often an answer was lost, so that nobody knows whether the site took the upload. */
    LongAdder lost() {
        return lost;
    }

    /** Seconds from the beginning to the last acknowledgement. */
    double seconds() {
        return (end - begin) / 1e9;
    }

    /** When the last one was acknowledged. */
    long end() {
        return end;
    }
}
