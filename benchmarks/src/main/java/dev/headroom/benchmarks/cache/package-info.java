/** The cache against its peers: hits by JMH, and whole systems that load, expire and hang. */
@NullMarked
package dev.headroom.benchmarks.cache;

import org.jspecify.annotations.NullMarked;
