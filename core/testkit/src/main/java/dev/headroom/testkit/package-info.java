/** Real services for tests: databases with standbys, memcached, S3, a cutting TCP proxy, a manual clock. */
@NullMarked
package dev.headroom.testkit;

import org.jspecify.annotations.NullMarked;
