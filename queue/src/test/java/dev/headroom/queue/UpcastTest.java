package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.testing.ManualQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Jobs that an older version enqueued run in a newer one, and those of a newer one wait for it. */
@OnEveryBackend
class UpcastTest extends JobQueueContract {
    public record First(int width) {}

    /** The first version. */
    public static class FirstThumbs {
        final List<Object> seen = new ArrayList<>();

        @Job(name = "thumb")
        public void thumb(First request) {
            seen.add(request);
        }
    }

    public record Third(int width, int height, String format) {}

    /** The third one. */
    public static class ThirdThumbs {
        final List<Object> seen = new ArrayList<>();

        @Job(name = "thumb", version = 3)
        public void thumb(Third request) {
            seen.add(request);
        }

        @Upcast(job = "thumb", from = 1)
        public Map<String, Object> withHeight(First old) {
            return Map.of("width", old.width(), "height", old.width());
        }

        @Upcast(job = "thumb", from = 2)
        public Third withFormat(Map<String, Object> old) {
            return new Third((int) old.get("width"), (int) old.get("height"), "jpeg");
        }
    }

    /** As a proxy that frameworks make of a class. */
    public static class Proxied extends ThirdThumbs {
        @Override
        public void thumb(Third request) {
            super.thumb(request);
        }

        @Override
        public Map<String, Object> withHeight(First old) {
            return super.withHeight(old);
        }

        @Override
        public Third withFormat(Map<String, Object> old) {
            return super.withFormat(old);
        }
    }

    @Test
    void olderPayloadsAreUpcastVersionByVersionAndNewerOnesWait() {
        FirstThumbs first = new FirstThumbs();
        JobQueue older = built(builder().handlers(first));
        older.enqueue(FirstThumbs::thumb, new First(90));
        ThirdThumbs third = new Proxied();
        JobQueue newer = built(builder().handlers(third));
        JobHandle waits = newer.enqueue(ThirdThumbs::thumb, new Third(1, 2, "png"));
        try (ManualQueue jobs = ManualQueue.of(older)) {
            assertThat(jobs.drain()).isEqualTo(2);
            assertThat(first.seen).containsExactly(new First(90));
            assertThat(waits.state()).contains(JobState.SCHEDULED);
            older.enqueue(FirstThumbs::thumb, new First(80));
        }
        try (ManualQueue jobs = ManualQueue.of(newer)) {
            jobs.assertEnqueued(ThirdThumbs::thumb, new Third(80, 80, "jpeg"));
            jobs.advance(java.time.Duration.ofHours(1));
            assertThat(jobs.drain()).isEqualTo(2);
        }
        assertThat(third.seen).containsExactlyInAnyOrder(new Third(80, 80, "jpeg"), new Third(1, 2, "png"));
    }

    /** Whose older payloads lack what it wants of them. */
    public static class Failing {
        @Job(name = "thumb", version = 2)
        public void thumb(Third request) {}

        @Upcast(job = "thumb", from = 1)
        public Third squared(Map<String, Object> old) {
            return new Third((int) old.get("height"), 0, "");
        }
    }

    @Test
    void aDeadLetterTellsWhereAnUpcastFailed() {
        built(builder().handlers(new FirstThumbs())).enqueue(FirstThumbs::thumb, new First(90));
        JobQueue newer = started(builder().handlers(new Failing()));
        awaitNoJobs();
        assertThat(newer.dead().newest(2)).singleElement().satisfies(dead -> {
            assertThat(dead.reason()).isEqualTo(DeadJob.Reason.UNREADABLE);
            assertThat(dead.error())
                    .contains("payload of thumb: @Upcast squared failed: java.lang.NullPointerException")
                    .contains("at dev.headroom.queue.UpcastTest$Failing.squared(");
        });
    }

    /** From a version that is not older. */
    public static class Wrong {
        @Job(name = "wrong", version = 2)
        public void wrong(First request) {}

        @Upcast(job = "wrong", from = 2)
        public First same(First old) {
            return old;
        }
    }

    /** Of a job that there is not. */
    public static class Misspelt {
        @Job(name = "thumb", version = 2)
        public void thumb(First request) {}

        @Upcast(job = "tumb", from = 1)
        public First same(First old) {
            return old;
        }
    }

    @Test
    void refusesAnUpcastThatLeadsNowhere() {
        assertThatThrownBy(() -> builder().handlers(new Wrong()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("@Upcast: Wrong.same from 2 (expected: a public, not static method");
        assertThatThrownBy(() -> builder().handlers(new Misspelt()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("@Upcast job: tumb (expected: the name of a @Job of the same handler");
    }
}
