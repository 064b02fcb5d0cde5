package dev.headroom.queue.mail;

import dev.headroom.config.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A mail to be sent. Immutable; its JSON is the payload of the job, attachments included.
 *
 * <pre>{@code
 * queue.in(connection).enqueue(MailJobs::send, Mail.to("ada@example.org").subject("Order 42").text("Thank you!"));
 * }</pre>
 *
 * @param from the sender; empty for the transport's own
 * @param to the recipients, at least one
 * @param cc who gets a copy, for all to see
 * @param bcc who gets a copy, for nobody to see
 * @param replyTo where answers go; empty for the sender
 * @param subject its subject, one line
 * @param text its text
 * @param html the same as HTML; empty for none
 * @param attachments what comes along; with all else no more than {@link dev.headroom.queue.JobQueueBuilder#maxPayload} allows
 */
public record Mail(
        String from,
        List<String> to,
        List<String> cc,
        List<String> bcc,
        String replyTo,
        String subject,
        String text,
        String html,
        List<MailAttachment> attachments) {
    /**
     * Checks and copies; null for {@code cc}, {@code bcc}, {@code replyTo} and {@code attachments} is none, as of mails that older versions enqueued.
     *
     * @throws dev.headroom.config.ConfigurationException if there is no recipient, if an address is blank, or if what goes into a header has a line break,
     *     by which it would add headers of its own
     */
    public Mail {
        from = line("from", from);
        to = addresses("to", Checks.notEmpty("to", to));
        cc = cc == null ? List.of() : addresses("cc", cc);
        bcc = bcc == null ? List.of() : addresses("bcc", bcc);
        replyTo = replyTo == null ? "" : line("replyTo", replyTo);
        subject = line("subject", subject);
        Checks.present("text", text);
        Checks.present("html", html);
        attachments = attachments == null ? List.of() : List.copyOf(attachments);
    }

    private static List<String> addresses(String part, List<String> addresses) {
        addresses.forEach(address -> line(part, Checks.notBlank(part, address)));
        return List.copyOf(addresses);
    }

    static String line(String part, String text) {
        Checks.present(part, text);
        Checks.that(
                text.indexOf('\r') < 0 && text.indexOf('\n') < 0,
                part,
                text.replaceAll("[\r\n]", "?"),
                "no line break");
        return text;
    }

    private static List<String> all(String first, String... others) {
        List<String> all = new ArrayList<>(Arrays.asList(others));
        all.add(0, first);
        return all;
    }

    /** An empty mail to these. */
    public static Mail to(String first, String... others) {
        return new Mail("", all(first, others), List.of(), List.of(), "", "", "", "", List.of());
    }

    /** The same from this sender. */
    public Mail from(String sender) {
        return new Mail(sender, to, cc, bcc, replyTo, subject, text, html, attachments);
    }

    /** The same with copies to these, and to no others. */
    public Mail cc(String first, String... others) {
        return new Mail(from, to, all(first, others), bcc, replyTo, subject, text, html, attachments);
    }

    /** The same with copies to these, and to no others, of which no recipient sees anything. */
    public Mail bcc(String first, String... others) {
        return new Mail(from, to, cc, all(first, others), replyTo, subject, text, html, attachments);
    }

    /** The same with answers to this address. */
    public Mail replyTo(String address) {
        return new Mail(from, to, cc, bcc, address, subject, text, html, attachments);
    }

    /** The same with this subject. */
    public Mail subject(String line) {
        return new Mail(from, to, cc, bcc, replyTo, line, text, html, attachments);
    }

    /** The same with this text. */
    public Mail text(String plain) {
        return new Mail(from, to, cc, bcc, replyTo, subject, plain, html, attachments);
    }

    /** The same with this HTML beside its text. */
    public Mail html(String markup) {
        return new Mail(from, to, cc, bcc, replyTo, subject, text, markup, attachments);
    }

    /**
     * The same with one attachment more, such as {@code attach("invoice.pdf", "application/pdf", bytes)}. It is kept in the job's row, a third larger than it is: what is more
     * than {@link dev.headroom.queue.JobQueueBuilder#maxPayload} in all, of which the default is enough for some 190 kB, is refused when the mail is enqueued.
     *
     * @throws dev.headroom.config.ConfigurationException as {@link MailAttachment} does
     */
    public Mail attach(String name, String contentType, byte[] content) {
        List<MailAttachment> all = new ArrayList<>(attachments);
        all.add(MailAttachment.of(name, contentType, content));
        return new Mail(from, to, cc, bcc, replyTo, subject, text, html, all);
    }
}
