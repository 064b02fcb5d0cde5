package dev.headroom.queue.mail.smtp;

import dev.headroom.config.Checks;
import dev.headroom.queue.mail.Mail;
import dev.headroom.queue.mail.MailAttachment;
import dev.headroom.queue.mail.MailRejectedException;
import dev.headroom.queue.mail.MailTransport;
import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.ContentDisposition;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import jakarta.mail.internet.ParameterList;
import jakarta.mail.util.ByteArrayDataSource;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.jspecify.annotations.Nullable;

/**
 * Sends mail over SMTP, by Jakarta Mail; needs {@code org.eclipse.angus:angus-mail} 2.0 on the class path.
 *
 * <p>One connection for each mail. An address that can't be parsed and an answer of 5xx reject a mail for good; whatever else goes wrong, an
 * answer of 4xx and a login that is refused or missing (530) included, has it tried again. Of several recipients all are refused if one is, so that none gets it twice. Thread-safe.
 *
 * <pre>{@code
 * MailTransport transport = SmtpTransport.builder("smtp.example", 587).from("shop@example.org").startTls().login(user, password).build();
 * }</pre>
 */
public final class SmtpTransport implements MailTransport {
    /** RFC 4954 and RFC 3207; no fault of the mail's. */
    private static final int WANTS_LOGIN_OR_TLS = 530;

    private final Session session;
    private final InternetAddress from;
    private final SmtpTransportBuilder.@Nullable Login login;

    SmtpTransport(Session session, InternetAddress from, SmtpTransportBuilder.@Nullable Login login) {
        this.session = session;
        this.from = from;
        this.login = login;
    }

    /** A builder for a transport by this server. */
    public static SmtpTransportBuilder builder(String host, int port) {
        return new SmtpTransportBuilder(Checks.notBlank("host", host), Checks.between("port", port, 1, 65_535));
    }

    @Override
    public void send(Mail mail, String messageId) throws MessagingException {
        try {
            MimeMessage message = message(mail, messageId);
            if (login == null) {
                Transport.send(message);
            } else {
                Transport.send(message, login.user(), login.password());
            }
        } catch (AddressException unparsable) {
            throw new MailRejectedException("mail: an address can't be read: " + unparsable.getMessage(), unparsable);
        } catch (SendFailedException failed) {
            if (isFinal(failed)) {
                throw new MailRejectedException("mail: " + failed.getMessage(), failed);
            }
            throw failed;
        }
    }

    private MimeMessage message(Mail mail, String messageId) throws MessagingException {
        MimeMessage message = new WithId(session, messageId);
        message.setFrom(mail.from().isEmpty() ? from : new InternetAddress(mail.from(), true));
        add(message, Message.RecipientType.TO, mail.to());
        add(message, Message.RecipientType.CC, mail.cc());
        // Jakarta Mail sends to these, and leaves their header out.
        add(message, Message.RecipientType.BCC, mail.bcc());
        if (!mail.replyTo().isEmpty()) {
            message.setReplyTo(new InternetAddress[] {new InternetAddress(mail.replyTo(), true)});
        }
        message.setSubject(mail.subject(), StandardCharsets.UTF_8.name());
        message.setSentDate(new Date());
        if (mail.attachments().isEmpty()) {
            write(mail, message);
        } else {
            MimeBodyPart body = new MimeBodyPart();
            write(mail, body);
            MimeMultipart all = new MimeMultipart("mixed", body);
            for (MailAttachment each : mail.attachments()) {
                all.addBodyPart(part(each));
            }
            message.setContent(all);
        }
        return message;
    }

    private static void add(MimeMessage message, Message.RecipientType type, List<String> addresses)
            throws MessagingException {
        for (String address : addresses) {
            message.addRecipient(type, new InternetAddress(address, true));
        }
    }

    /** Text, or text and HTML. */
    private static void write(Mail mail, MimePart into) throws MessagingException {
        if (mail.html().isEmpty()) {
            into.setText(mail.text(), StandardCharsets.UTF_8.name());
        } else {
            MimeBodyPart text = new MimeBodyPart();
            text.setText(mail.text(), StandardCharsets.UTF_8.name());
            MimeBodyPart html = new MimeBodyPart();
            html.setText(mail.html(), StandardCharsets.UTF_8.name(), "html");
            into.setContent(new MimeMultipart("alternative", text, html));
        }
    }

    private static MimeBodyPart part(MailAttachment attachment) throws MessagingException {
        MimeBodyPart part = new MimeBodyPart();
        part.setDataHandler(new DataHandler(new ByteArrayDataSource(attachment.bytes(), attachment.contentType())));
        ParameterList parameters = new ParameterList();
        parameters.set("filename", attachment.name(), StandardCharsets.UTF_8.name());
        part.setHeader("Content-Disposition", new ContentDisposition(Part.ATTACHMENT, parameters).toString());
        // What is left to Jakarta Mail depends on the platform's charset, and ends of lines are changed on the way.
        part.setHeader("Content-Type", attachment.contentType());
        part.setHeader("Content-Transfer-Encoding", "base64");
        return part;
    }

    private static boolean isFinal(SendFailedException failed) {
        boolean refused = false;
        for (Exception each = failed;
                each != null;
                each = each instanceof MessagingException next ? next.getNextException() : null) {
            int code = each instanceof SMTPAddressFailedException address
                    ? address.getReturnCode()
                    : each instanceof SMTPSendFailedException send ? send.getReturnCode() : 0;
            if (code >= 400 && code < 500 || code == WANTS_LOGIN_OR_TLS) {
                return false;
            }
            refused |= code >= 500 && code < 600;
        }
        return refused;
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
