/** An {@code HttpSession} that all application servers share. */
@NullMarked
package dev.headroom.session;

import org.jspecify.annotations.NullMarked;
