/** Many clients at the moment the front page expires. */
@NullMarked
package dev.headroom.examples.storm.stampede;

import org.jspecify.annotations.NullMarked;
