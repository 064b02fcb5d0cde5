/** Mail as a job: enqueued in the transaction of what it tells of, sent over SMTP or by a provider's HTTP interface. */
@NullMarked
package dev.headroom.queue.mail;

import org.jspecify.annotations.NullMarked;
