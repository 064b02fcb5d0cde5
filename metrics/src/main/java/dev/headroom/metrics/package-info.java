/** Measurements out and in, over Dropwizard Metrics. */
@NullMarked
package dev.headroom.metrics;

import org.jspecify.annotations.NullMarked;
