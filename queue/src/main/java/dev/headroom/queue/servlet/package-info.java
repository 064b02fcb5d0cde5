/** The endpoints of the job queue. */
@NullMarked
package dev.headroom.queue.servlet;

import org.jspecify.annotations.NullMarked;
