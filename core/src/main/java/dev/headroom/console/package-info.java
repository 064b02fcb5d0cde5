/** The console: one page that shows every component, live. */
@NullMarked
package dev.headroom.console;

import org.jspecify.annotations.NullMarked;
