/** People who use the site while something happens to its databases, and what they find. */
@NullMarked
package dev.headroom.examples.storm.visitors;

import org.jspecify.annotations.NullMarked;
