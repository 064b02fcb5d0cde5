/** Feature flags: gradual, targeted, reloaded while the application runs. */
@NullMarked
package dev.headroom.flags;

import org.jspecify.annotations.NullMarked;
