/** What tests of an application use to run its jobs by hand. */
@NullMarked
package dev.headroom.queue.testing;

import org.jspecify.annotations.NullMarked;
