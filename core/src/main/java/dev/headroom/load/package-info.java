/** Load feedback: signals of closeness to a limit, and what they tell each criticality to do. */
@NullMarked
package dev.headroom.load;

import org.jspecify.annotations.NullMarked;
