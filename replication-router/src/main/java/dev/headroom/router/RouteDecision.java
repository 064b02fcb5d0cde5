package dev.headroom.router;

import dev.headroom.config.Checks;
import java.time.Duration;

/**
 * Where one unit of work went, or was refused, and why. Immutable.
 *
 * <p>{@code connection.unwrap(Routed.class).decision()} tells the decision of a connection; the debug log shows it with the
 * statements.
 */
public sealed interface RouteDecision {
    /** Why. */
    Reason reason();

    /** One line for people, for example {@code r1 (lag <= 34 ms): read-only}. */
    String explanation();

    /** Why a unit went where it went. */
    enum Reason {
        /** Not read-only: only the primary will do. */
        WRITE("may write"),
        /** Asked for by {@code RouteScope.primary()} or {@code @UsePrimary}. */
        PRIMARY_ASKED("the primary was asked for"),
        /** Serializable transactions don't run on a standby. */
        SERIALIZABLE("serializable runs on the primary only"),
        /** A read-only unit in a router that has no replicas, or only such as are kept for something else. */
        NO_REPLICAS("there are no replicas for it"),
        /** A read-only unit on a replica that is fresh enough. */
        READ_ONLY("read-only"),
        /** The same in another zone than the application's own: no replica of that may answer, or the request has read this one before. */
        OTHER_ZONE("read-only, in another zone"),
        /** A replica that is kept for what the scope asks for. */
        TAG_ASKED("a replica with this tag was asked for"),
        /** Replicas are behind the soft limit but within the hard one, and the primary's budget was used up. */
        SERVED_STALE("staler than the soft limit, the primary's budget is used up"),
        /** No replica has reached the position that the read must see. */
        BEHIND_POSITION("no replica has reached the position of the request"),
        /** The client has written a moment ago, and the router goes by time. */
        PINNED("the client has written a moment ago"),
        /** No replica has the tag that was asked for. */
        NO_SUCH_TAG("no replica has this tag"),
        /** Every replica that answers is staler than allowed. */
        TOO_STALE("every replica is staler than allowed"),
        /** No replica answers. */
        REPLICAS_DOWN("no replica answers"),
        /** Replicas are well but none gave a connection in time. */
        REPLICAS_BUSY("no replica gave a connection in time"),
        /** Writes are refused by {@link RouterControl#refuseWrites}. */
        WRITES_REFUSED("writes are refused for now"),
        /** No node takes writes. */
        NO_PRIMARY("no node takes writes");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** The reason in words. */
        public String text() {
            return text;
        }
    }

    /**
     * A replica answers.
     *
     * @param node its name
     * @param lag an upper bound of how far it was behind; {@link #UNKNOWN} if that is not known, which {@link RouteScope#anyStaleness()} allows
     * @param reason why
     */
    record ToReplica(String node, Duration lag, Reason reason) implements RouteDecision {
        /** More than any replica lags. */
        public static final Duration UNKNOWN = Duration.ofNanos(Long.MAX_VALUE);

        /** Checks that nothing is null. */
        public ToReplica {
            Checks.present("node", node);
            Checks.present("lag", lag);
            Checks.present("reason", reason);
        }

        @Override
        public String explanation() {
            String known = lag.equals(UNKNOWN) ? "lag unknown" : "lag <= " + lag.toMillis() + " ms";
            return node + " (" + known + "): " + reason.text();
        }
    }

    /**
     * The primary answers.
     *
     * @param node its name
     * @param diverted whether a replica should have, so that it costs a permit of the budget
     * @param reason why
     */
    record ToPrimary(String node, boolean diverted, Reason reason) implements RouteDecision {
        /** Checks that nothing is null. */
        public ToPrimary {
            Checks.present("node", node);
            Checks.present("reason", reason);
        }

        @Override
        public String explanation() {
            return node + (diverted ? " (diverted): " : ": ") + reason.text();
        }
    }

    /**
     * Nobody answers: the unit was refused.
     *
     * @param reason why
     */
    record Refused(Reason reason) implements RouteDecision {
        /** Checks that nothing is null. */
        public Refused {
            Checks.present("reason", reason);
        }

        @Override
        public String explanation() {
            return "refused: " + reason.text();
        }
    }
}
