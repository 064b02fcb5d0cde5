/** More and more connections, up to more than the site can serve. */
@NullMarked
package dev.headroom.examples.storm.spike;

import org.jspecify.annotations.NullMarked;
