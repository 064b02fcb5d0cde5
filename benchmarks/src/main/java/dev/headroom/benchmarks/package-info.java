/** Benchmarks, and the launcher that gives each peer a class path of its own. */
@NullMarked
package dev.headroom.benchmarks;

import org.jspecify.annotations.NullMarked;
