package dev.headroom.examples.marketplace.mail;

import dev.headroom.queue.Job;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/** Sends mail over SMTP, as a job: a mail server that is down or slow never reaches the one who orders. */
public final class MailJobs {
    private static final String FROM = "shop@marketplace.example";
    private static final String TIMEOUT_MILLIS = "5000";

    private final Session session;

    /** Mail by this server. */
    public MailJobs(String host, int port) {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", host);
        properties.setProperty("mail.smtp.port", Integer.toString(port));
        properties.setProperty("mail.smtp.connectiontimeout", TIMEOUT_MILLIS);
        properties.setProperty("mail.smtp.timeout", TIMEOUT_MILLIS);
        properties.setProperty("mail.smtp.writetimeout", TIMEOUT_MILLIS);
        this.session = Session.getInstance(properties);
    }

    /**
     * A mail to be sent.
     *
     * @param id unique, so that a mail that is sent again after a crash can be known
     */
    public record Mail(String id, String to, String subject, String text) {}

    /** Sends it. */
    @Job(name = "mail.send", queue = "mail", timeout = "30s")
    public void send(Mail mail) throws MessagingException {
        MimeMessage message = new WithId(session, "<" + mail.id() + "@marketplace.example>");
        message.setFrom(new InternetAddress(FROM));
        message.setRecipient(Message.RecipientType.TO, new InternetAddress(mail.to()));
        message.setSubject(mail.subject(), StandardCharsets.UTF_8.name());
        message.setText(mail.text(), StandardCharsets.UTF_8.name());
        Transport.send(message);
    }

    /** Jakarta Mail makes up an id of its own unless told otherwise in this way. */
    private static final class WithId extends MimeMessage {
        private final String id;

        WithId(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }
}
