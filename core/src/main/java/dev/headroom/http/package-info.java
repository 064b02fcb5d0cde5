/** Outgoing HTTP calls that carry the request context along. */
@NullMarked
package dev.headroom.http;

import org.jspecify.annotations.NullMarked;
