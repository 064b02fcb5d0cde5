package dev.headroom.queue.mail;

/**
 * Sends mail; implemented for SMTP by {@link dev.headroom.queue.mail.smtp.SmtpTransport} and for providers by {@link HttpTransport}.
 * Thread-safe.
 */
@FunctionalInterface
public interface MailTransport {
    /**
     * Hands a mail over to who delivers it.
     *
     * @param messageId {@code <…@…>}, the same whenever the same mail is sent again after a failure or a crash: who receives it may tell by it
     * @throws MailRejectedException if it will never be taken
     * @throws Exception if it was not taken now; the job is tried again
     */
    void send(Mail mail, String messageId) throws Exception;
}
