/** What people read: tables, progress, latencies, and the verdict. */
@NullMarked
package dev.headroom.examples.storm.output;

import org.jspecify.annotations.NullMarked;
