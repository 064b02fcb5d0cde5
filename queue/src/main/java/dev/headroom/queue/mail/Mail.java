package dev.headroom.queue.mail;

import dev.headroom.config.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A mail to be sent. Immutable; its JSON is the payload of the job.
 *
 * <pre>{@code
 * queue.in(connection).enqueue(MailJobs::send, Mail.to("ada@example.org").subject("Order 42").text("Thank you!"));
 * }</pre>
 *
 * @param from the sender; empty for the transport's own
 * @param to the recipients, at least one
 * @param subject its subject, one line
 * @param text its text
 * @param html the same as HTML; empty for none
 */
public record Mail(String from, List<String> to, String subject, String text, String html) {
    /** Checks and copies. What a header takes has no line breaks: nobody can add headers of their own. */
    public Mail {
        from = line("from", from);
        Checks.notEmpty("to", to).forEach(address -> line("to", Checks.notBlank("to", address)));
        to = List.copyOf(to);
        subject = line("subject", subject);
        Checks.present("text", text);
        Checks.present("html", html);
    }

    private static String line(String part, String text) {
        Checks.present(part, text);
        Checks.that(
                text.indexOf('\r') < 0 && text.indexOf('\n') < 0,
                part,
                text.replaceAll("[\r\n]", "?"),
                "no line break");
        return text;
    }

    /** An empty mail to these. */
    public static Mail to(String first, String... others) {
        List<String> all = new ArrayList<>(Arrays.asList(others));
        all.add(0, first);
        return new Mail("", all, "", "", "");
    }

    /** The same from this sender. */
    public Mail from(String sender) {
        return new Mail(sender, to, subject, text, html);
    }

    /** The same with this subject. */
    public Mail subject(String line) {
        return new Mail(from, to, line, text, html);
    }

    /** The same with this text. */
    public Mail text(String plain) {
        return new Mail(from, to, subject, plain, html);
    }

    /** The same with this HTML beside its text. */
    public Mail html(String markup) {
        return new Mail(from, to, subject, text, markup);
    }
}
