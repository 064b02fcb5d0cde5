package dev.headroom.examples.storm.spike;

import dev.headroom.examples.storm.load.Answer;
import dev.headroom.examples.storm.output.Latencies;

/** What happened in one second. Not thread-safe. */
final class Second {
    private final int number;
    private final Latencies latencies = new Latencies();
    private int open;
    private long offered;
    private long accepted;
    private long shed;
    private long errors;

    Second(int number) {
        this.number = number;
    }

    void offered(long more) {
        offered += more;
    }

    void open(int connections) {
        open = connections;
    }

    void error() {
        errors++;
    }

    void answer(Answer answer) {
        if (answer.accepted()) {
            accepted++;
            latencies.record(answer.nanos());
        } else if (answer.shed()) {
            shed++;
        } else {
            errors++;
        }
    }

    int number() {
        return number;
    }

    int open() {
        return open;
    }

    long offered() {
        return offered;
    }

    long accepted() {
        return accepted;
    }

    long shed() {
        return shed;
    }

    long errors() {
        return errors;
    }

    /** Of accepted requests. */
    Latencies latencies() {
        return latencies;
    }
}
