/** An {@code HttpSession} shared by all application servers, by a servlet filter. */
@NullMarked
package dev.headroom.session;

import org.jspecify.annotations.NullMarked;
