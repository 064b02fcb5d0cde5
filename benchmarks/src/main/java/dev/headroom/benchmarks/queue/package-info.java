/** Job queues compared as whole systems, on one database server. */
@NullMarked
package dev.headroom.benchmarks.queue;

import org.jspecify.annotations.NullMarked;
