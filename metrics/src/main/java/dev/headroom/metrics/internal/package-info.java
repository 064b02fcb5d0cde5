/** Not API: names, histograms and exporters. */
@NullMarked
package dev.headroom.metrics.internal;

import org.jspecify.annotations.NullMarked;
