/** Work handed over so that it survives this process. */
@NullMarked
package dev.headroom.background;

import org.jspecify.annotations.NullMarked;
