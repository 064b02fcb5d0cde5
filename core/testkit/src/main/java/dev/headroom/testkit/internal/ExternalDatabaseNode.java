package dev.headroom.testkit.internal;

import dev.headroom.testkit.DatabaseNode;
import java.time.Duration;

/** A database server that somebody else runs: it can be used and not be broken. */
public abstract class ExternalDatabaseNode extends ExternalService implements DatabaseNode {

    private final JdbcUrl url;

    /** Takes the server by its URL. */
    protected ExternalDatabaseNode(JdbcUrl url) {
        super(url.bare(), url.host(), url.port());
        this.url = url;
    }

    @Override
    public final String jdbcUrl() {
        return url.text();
    }

    @Override
    public final String jdbcUrl(String database) {
        return url.ofDatabase(database);
    }

    @Override
    public final String username() {
        return url.parameter("user");
    }

    @Override
    public final String password() {
        return url.parameter("password");
    }

    @Override
    public final void pauseReplay() {
        throw notOurs("pauseReplay");
    }

    @Override
    public final void resumeReplay() {
        throw notOurs("resumeReplay");
    }

    @Override
    public final void replayDelay(Duration delay) {
        throw notOurs("replayDelay");
    }

    @Override
    public final void cutStream() {
        throw notOurs("cutStream");
    }

    @Override
    public final void restoreStream() {
        throw notOurs("restoreStream");
    }

    @Override
    public final void waitUntilCaughtUp() {
        // a primary has nothing to catch up with
    }
}
