/** Mail: received by an embedded server. */
@NullMarked
package dev.headroom.examples.marketplace.mail;

import org.jspecify.annotations.NullMarked;
