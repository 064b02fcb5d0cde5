/** The composition root, the contract of a component, and what one request carries. */
@NullMarked
package dev.headroom;

import org.jspecify.annotations.NullMarked;
