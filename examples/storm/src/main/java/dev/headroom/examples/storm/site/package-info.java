/** The site that storm drives: a running one, or one that it starts with its own databases. */
@NullMarked
package dev.headroom.examples.storm.site;

import org.jspecify.annotations.NullMarked;
