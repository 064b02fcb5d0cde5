/** Whole pages from the cache, by the HTTP headers the application sends anyway. */
@NullMarked
package dev.headroom.cache.servlet;

import org.jspecify.annotations.NullMarked;
