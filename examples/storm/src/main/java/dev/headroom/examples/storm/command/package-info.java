/** The command line: what can be said, and what was wrong with it. */
@NullMarked
package dev.headroom.examples.storm.command;

import org.jspecify.annotations.NullMarked;
