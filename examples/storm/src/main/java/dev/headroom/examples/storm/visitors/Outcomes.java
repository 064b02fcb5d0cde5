package dev.headroom.examples.storm.visitors;

import dev.headroom.examples.storm.output.Latencies;
import dev.headroom.examples.storm.output.Tally;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.LongAdder;

/** What became of requests of one kind. Thread-safe. */
public final class Outcomes {
    private static final int UNAVAILABLE = 503;
    private static final int TOO_MANY = 429;

    private final Latencies latencies = new Latencies();
    private final LongAdder shed = new LongAdder();
    private final Tally errors = new Tally();

    /** Counts a good answer to what was asked then. */
    public void good(long askedAt) {
        latencies.record(System.nanoTime() - askedAt);
    }

    /** Counts an answer that is not good: an orderly refusal, which says when to come back, or an error. */
    public void notGood(HttpResponse<?> answer, String what) {
        if ((answer.statusCode() == UNAVAILABLE || answer.statusCode() == TOO_MANY)
                && answer.headers().firstValue("Retry-After").isPresent()) {
            refused();
        } else {
            errors.add("status " + answer.statusCode() + " for " + what);
        }
    }

    /** Counts an orderly refusal. */
    public void refused() {
        shed.increment();
    }

    /** Counts something that must not happen. */
    public void broken(String what) {
        errors.add(what);
    }

    /** Good answers. */
    public long count() {
        return latencies.count();
    }

    /** Orderly refusals. */
    public long shed() {
        return shed.sum();
    }

    /** Whatever else. */
    public Tally errors() {
        return errors;
    }

    /** How long the good ones took. */
    public Latencies latencies() {
        return latencies;
    }
}
