package dev.headroom.benchmarks.queue;

import java.util.function.LongConsumer;

/** What every job of every subject does. */
public final class Work {
    private static volatile LongConsumer handler = number -> {};

    private Work() {}

    static void does(LongConsumer what) {
        handler = what;
    }

    /** Runs one job; called by the subjects. */
    public static void run(long number) {
        handler.accept(number);
    }
}
