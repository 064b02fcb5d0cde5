package dev.headroom.queue.internal;

/** When something is done again that seldom has anything to do: the pause doubles each time that there was nothing. For one thread. */
final class Chore {
    private static final int LONGEST = 32;

    private final long shortest;
    private long pause;
    private long dueAt = System.nanoTime();

    /** Due at once. */
    Chore(long shortestNanos) {
        this.shortest = shortestNanos;
        this.pause = shortestNanos;
    }

    boolean isDue() {
        return System.nanoTime() - dueAt >= 0;
    }

    /** It was done. */
    void done(boolean anything) {
        pause = anything ? shortest : Math.min(pause * 2, shortest * LONGEST);
        dueAt = System.nanoTime() + pause;
    }
}
