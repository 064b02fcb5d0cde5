/** Mail over SMTP by Jakarta Mail. */
@NullMarked
package dev.headroom.queue.mail.smtp;

import org.jspecify.annotations.NullMarked;
