package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.PostgresNode;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** A node that can be used and not be broken. */
final class ExternalNode implements PostgresNode {

    private final String jdbcUrl;
    private final Properties parsed;

    ExternalNode(String jdbcUrl) {
        Properties properties = Driver.parseURL(jdbcUrl, new Properties());
        if (properties == null || PGProperty.PG_DBNAME.getOrDefault(properties) == null) {
            throw new IllegalArgumentException(
                    "jdbcUrl: " + withoutParameters(jdbcUrl) + " (expected: jdbc:postgresql://host:port/database?…)");
        }
        this.jdbcUrl = jdbcUrl;
        this.parsed = properties;
    }

    @Override
    public String name() {
        return withoutParameters(jdbcUrl);
    }

    @Override
    public String host() {
        return property(PGProperty.PG_HOST);
    }

    @Override
    public int port() {
        return Integer.parseInt(property(PGProperty.PG_PORT));
    }

    @Override
    public String jdbcUrl() {
        return jdbcUrl;
    }

    @Override
    public String jdbcUrl(String database) {
        String bare = withoutParameters(jdbcUrl);
        return bare.substring(0, bare.lastIndexOf('/') + 1) + database + jdbcUrl.substring(bare.length());
    }

    @Override
    public String username() {
        return property(PGProperty.USER);
    }

    @Override
    public String password() {
        return property(PGProperty.PASSWORD);
    }

    @Override
    public DataSource dataSource() {
        return Sql.dataSource(jdbcUrl);
    }

    @Override
    public DataSource dataSource(String database) {
        return Sql.dataSource(jdbcUrl(database));
    }

    @Override
    public long pid() {
        throw notOurs("pid");
    }

    /** Somebody else sees to that. */
    @Override
    public boolean running() {
        return true;
    }

    @Override
    public void suspend() {
        throw notOurs("suspend");
    }

    @Override
    public void resume() {
        throw notOurs("resume");
    }

    @Override
    public void kill() {
        throw notOurs("kill");
    }

    @Override
    public void stop() {
        throw notOurs("stop");
    }

    @Override
    public void restart() {
        throw notOurs("restart");
    }

    @Override
    public void pauseReplay() {
        throw notOurs("pauseReplay");
    }

    @Override
    public void resumeReplay() {
        throw notOurs("resumeReplay");
    }

    @Override
    public void replayDelay(Duration delay) {
        throw notOurs("replayDelay");
    }

    @Override
    public void cutStream() {
        throw notOurs("cutStream");
    }

    @Override
    public void restoreStream() {
        throw notOurs("restoreStream");
    }

    @Override
    public void promote() {
        throw notOurs("promote");
    }

    @Override
    public void follow(PostgresNode primary) {
        throw notOurs("follow");
    }

    @Override
    public void waitUntilCaughtUp() {
        // a primary has nothing to catch up with
    }

    IllegalStateException notOurs(String method) {
        return new IllegalStateException(method + "(): " + name()
                + " runs outside the test kit, which controls only the servers it has started");
    }

    private String property(PGProperty property) {
        String value = property.getOrDefault(parsed);
        return value == null ? "" : value;
    }

    private static String withoutParameters(String url) {
        int question = url.indexOf('?');
        return question < 0 ? url : url.substring(0, question);
    }
}
