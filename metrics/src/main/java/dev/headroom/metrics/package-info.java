/** Measurements out: request metrics, Dropwizard, StatsD. */
@NullMarked
package dev.headroom.metrics;

import org.jspecify.annotations.NullMarked;
