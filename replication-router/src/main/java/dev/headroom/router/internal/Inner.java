package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Where tokens come in: from outside, and for a part of a request that must see more than the rest. */
final class Inner {
    /** By so much the clocks of servers may differ. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private Inner() {}

    /**
     * What a text from outside says; nothing if it is not a token.
     *
     * @param life how long a client has to bring a position along
     */
    static TokenEntries untrusted(String text, Duration life) {
        try {
            TokenEntries entries = TokenEntries.of(new ConsistencyToken(text));
            entries.forgetOthers(life.plus(CLOCKS));
            return entries;
        } catch (IllegalArgumentException e) {
            return TokenEntries.of(ConsistencyToken.NONE);
        }
    }

    /**
     * A part of the current request that sees the token as well, what was just written without a position included. What a bare thread has done is taken
     * along as it is, for a token may have no room for it.
     *
     * @param current the request's own token
     * @param begins has a context that is not open yet begin where the thread is
     */
    static RequestContext begin(
            Supplier<ConsistencyToken> current,
            ConsistencyToken token,
            TokenEntries.Clusters clusters,
            Consumer<RequestContext> begins) {
        boolean bare = RequestContext.active().isEmpty();
        ConsistencyToken all = PositionCodec.combine(bare ? ConsistencyToken.NONE : current.get(), token, clusters);
        TokenEntries entries = TokenEntries.of(all);
        if (entries.others() != 0) {
            entries.renewOthers();
            all = entries.token(clusters);
        }
        RequestContext inner = RequestContext.current().with().consistency(all).build();
        if (bare) {
            begins.accept(inner);
        }
        return inner;
    }
}
