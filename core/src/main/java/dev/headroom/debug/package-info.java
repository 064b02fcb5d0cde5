/** Live debugging: lines of one request, shown to an authorised user. */
@NullMarked
package dev.headroom.debug;

import org.jspecify.annotations.NullMarked;
