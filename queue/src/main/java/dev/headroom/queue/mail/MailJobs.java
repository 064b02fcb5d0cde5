package dev.headroom.queue.mail;

import dev.headroom.config.Checks;
import dev.headroom.queue.Job;
import dev.headroom.queue.JobContext;

/**
 * The handler of mail jobs: a mail server that is down or slow never reaches who orders, and no mail tells of an order that was rolled back.
 *
 * <p>A mail may arrive twice after a crash between sending and completing, with the same message id. One that is rejected for good is a dead
 * letter at once; for all else it is tried again 24 times, over a day and a half on average. Thread-safe.
 *
 * <pre>{@code
 * JobQueue queue = JobQueue.builder(dataSource).handlers(new MailJobs(transport, "shop.example")).build();
 * queue.in(connection).enqueue(MailJobs::send, Mail.to("ada@example.org").subject("Order 42").text("Thank you!"));
 * }</pre>
 */
public final class MailJobs {
    private final MailTransport transport;
    private final String domain;

    /**
     * Mail by this transport.
     *
     * @param domain the right part of message ids: a name of the sender's own
     */
    public MailJobs(MailTransport transport, String domain) {
        this.transport = Checks.present("transport", transport);
        this.domain = Checks.notBlank("domain", domain);
        Checks.that(domain.matches("[A-Za-z0-9.-]+"), "domain", domain, "letters, digits, dots and dashes");
    }

    /** Sends a mail. */
    @Job(
            name = "mail.send",
            version = 2, // 1 has no cc, bcc, replyTo and attachments, which its code would leave out.
            queue = "mail",
            timeout = "1m",
            backoff = "5s..6h",
            giveUpOn = MailRejectedException.class)
    public void send(Mail mail, JobContext job) throws Exception {
        transport.send(mail, "<" + job.idempotencyKey().replace(':', '.') + "@" + domain + ">");
    }
}
