package dev.headroom.examples.storm.spike;

import dev.headroom.examples.storm.load.Answer;
import dev.headroom.examples.storm.output.Latencies;

/** A page that the crowd asks for, and its answers. Not thread-safe. */
final class Page {
    private final String name;
    private final String path;
    private final Latencies latencies = new Latencies();
    private long answered;
    private long accepted;
    private long shed;

    Page(String name, String path) {
        this.name = name;
        this.path = path;
    }

    void answer(Answer answer) {
        answered++;
        if (answer.accepted()) {
            accepted++;
            latencies.record(answer.nanos());
        } else if (answer.shed()) {
            shed++;
        }
    }

    String name() {
        return name;
    }

    String path() {
        return path;
    }

    long answered() {
        return answered;
    }

    long accepted() {
        return accepted;
    }

    long shed() {
        return shed;
    }

    /** Of accepted requests. */
    Latencies latencies() {
        return latencies;
    }
}
