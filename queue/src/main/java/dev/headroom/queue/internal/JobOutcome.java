package dev.headroom.queue.internal;

import dev.headroom.queue.DeadJob;
import org.jspecify.annotations.Nullable;

/** How a run ended. */
sealed interface JobOutcome {
    /** The word for it in meters. */
    String label();

    /** Whether its job is scheduled now. */
    default boolean runsLater() {
        return this instanceof Retried
                || this instanceof Snoozed
                || this instanceof Parked
                || this instanceof Postponed
                || this instanceof InDoubt doubt && doubt.otherwise().runsLater();
    }

    /** Done; its row is still to be removed. */
    record Done(@Nullable String result) implements JobOutcome {
        @Override
        public String label() {
            return "done";
        }
    }

    /** Done, and its row removed in the job's own transaction. */
    record Committed() implements JobOutcome {
        @Override
        public String label() {
            return "done";
        }
    }

    /** Failed, to be tried again. */
    record Retried(long delayMillis, String error) implements JobOutcome {
        @Override
        public String label() {
            return "retried";
        }
    }

    /** Failed for good. */
    record Dead(DeadJob.Reason reason, String error) implements JobOutcome {
        @Override
        public String label() {
            return "dead";
        }
    }

    /** Ended early, or not run, since it was cancelled; its row is still to be removed. */
    record Cancelled() implements JobOutcome {
        @Override
        public String label() {
            return "cancelled";
        }
    }

    /** Not run, since nothing here knows its name. */
    record Parked() implements JobOutcome {
        @Override
        public String label() {
            return "parked";
        }
    }

    /** Not run, since what it needs is away; to be tried again without counting. */
    record Postponed(long delayMillis, String why) implements JobOutcome {
        @Override
        public String label() {
            return "returned";
        }
    }

    /** Its handler wants it to run again later; without counting. */
    record Snoozed(long delayMillis, String why) implements JobOutcome {
        @Override
        public String label() {
            return "snoozed";
        }
    }

    /** Its commit, with its end, may have been done or not; if not, it is this. */
    record InDoubt(JobOutcome otherwise) implements JobOutcome {
        @Override
        public String label() {
            return otherwise.label();
        }
    }

    /** Not run, or not to its end, and not for a fault of its own. */
    record Returned() implements JobOutcome {
        @Override
        public String label() {
            return "returned";
        }
    }

    /** Rolled back, since another holds it by now. */
    record Lost() implements JobOutcome {
        @Override
        public String label() {
            return "lost";
        }
    }
}
