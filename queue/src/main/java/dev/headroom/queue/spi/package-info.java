/** What adapters of the job queue implement. */
@NullMarked
package dev.headroom.queue.spi;

import org.jspecify.annotations.NullMarked;
