/** Distinct pictures put up for sale, and whether every one of them arrives in all its sizes. */
@NullMarked
package dev.headroom.examples.storm.upload;

import org.jspecify.annotations.NullMarked;
