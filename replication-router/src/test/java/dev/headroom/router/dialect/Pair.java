package dev.headroom.router.dialect;

import dev.headroom.router.spi.ReplicationDialect;

/** A primary, its replica and what can happen to them; nodes are named {@code p} and {@code r1}. */
interface Pair extends AutoCloseable {
    /** The JDBC URL of the test's database on a node, user and password in it. */
    String url(String node);

    /** A dialect that was told nothing yet. */
    ReplicationDialect dialect();

    void pauseReplay();

    void resumeReplay();

    void waitUntilCaughtUp();

    void killReplica();

    void restartReplica();

    void killPrimary();

    void promoteReplica();

    /** The old primary comes back as what it was. */
    void restartOldPrimary();

    @Override
    void close();
}
