@NullMarked
package dev.headroom.examples.storm.command;

import org.jspecify.annotations.NullMarked;
