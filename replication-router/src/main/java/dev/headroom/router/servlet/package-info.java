/** Read-your-writes from one HTTP request to the next. */
@NullMarked
package dev.headroom.router.servlet;

import org.jspecify.annotations.NullMarked;
