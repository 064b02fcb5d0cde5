package dev.headroom.benchmarks.router;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.metrics.Metrics;
import dev.headroom.router.ReadOnly;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.testkit.PostgresCluster;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;

/** The router over a driver that does nothing, in an application that uses more or less of what there is. Probes a real primary and standby. */
final class RoutedStub implements AutoCloseable {
    private final PostgresCluster probed;
    private final Headroom headroom;
    private final Callable<Boolean> transaction;

    private RoutedStub(String variant, PostgresCluster probed, HikariDataSource primary, HikariDataSource replica) {
        this.probed = probed;
        ReplicaRouter router = Peer.router(
                primary,
                probed.primary().jdbcUrl(),
                replica,
                probed.standbys().get(0).jdbcUrl());
        boolean all = variant.endsWith("-all");
        Headroom.Builder application = Headroom.builder("benchmark");
        if (all || variant.endsWith("-meters")) {
            application.plug(Metrics.builder().build());
        }
        this.headroom = application.plug(router).build();
        DataSource dataSource = router.dataSource();
        Reads plain = () -> Transactions.read(dataSource, "select 1");
        Reads reads = all || variant.endsWith("-annotation") ? headroom.enhance(Reads.class, plain) : plain;
        RequestContext request = RequestContext.builder().build();
        this.transaction = all || variant.endsWith("-request") ? () -> request.call(reads::read) : reads::read;
    }

    /** The variant's own name is the end of this one. */
    static RoutedStub open(String variant, HikariDataSource primary, HikariDataSource replica) {
        return new RoutedStub(variant, PostgresCluster.builder().standbys(1).start(), primary, replica);
    }

    /** What an application's service does. */
    interface Reads {
        /** A read-only transaction. */
        @ReadOnly
        boolean read() throws SQLException;
    }

    Callable<Boolean> transaction() {
        return transaction;
    }

    @Override
    public void close() {
        headroom.close();
        probed.close();
    }
}
