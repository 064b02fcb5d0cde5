/**
 * Real services for tests, started in moments and broken on purpose: a PostgreSQL primary with streaming standbys, a
 * MariaDB pair, memcached nodes, an S3 server, a TCP proxy that delays and cuts, a clock that stands still, and other
 * JVMs.
 *
 * <p>Everything listens on the loopback interface only, on a port that was free, and is gone when the JVM ends.
 */
@NullMarked
package dev.headroom.testkit;

import org.jspecify.annotations.NullMarked;
