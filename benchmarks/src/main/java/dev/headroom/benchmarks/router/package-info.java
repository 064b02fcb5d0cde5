/** What a routed transaction costs, beside peers. */
@NullMarked
package dev.headroom.benchmarks.router;

import org.jspecify.annotations.NullMarked;
