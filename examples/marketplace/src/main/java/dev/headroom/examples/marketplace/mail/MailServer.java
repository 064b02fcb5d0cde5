package dev.headroom.examples.marketplace.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Properties;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/** A mail server on loopback that puts what it receives into the mailbox; for the embedded site. */
public final class MailServer implements AutoCloseable {
    private static final int LARGEST_MESSAGE = 1 << 20;
    private static final int MAILBOX_UNAVAILABLE = 451;

    private final SMTPServer server;

    private MailServer(SMTPServer server) {
        this.server = server;
    }

    /** Starts a server on a free port. */
    public static MailServer start(Mailbox mailbox) {
        SMTPServer server = new SMTPServer.Builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0)
                .maxMessageSize(LARGEST_MESSAGE)
                .messageHandler((context, from, to, bytes) -> mailbox.add(read(to, bytes)))
                .build();
        server.start();
        return new MailServer(server);
    }

    /** The port it listens on. */
    public int port() {
        return server.getPortAllocated();
    }

    private static Mailbox.Received read(String to, byte[] bytes) throws RejectException {
        try {
            MimeMessage message =
                    new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(bytes));
            return new Mailbox.Received(
                    message.getMessageID(), to, message.getSubject(), String.valueOf(message.getContent()));
        } catch (MessagingException | IOException e) {
            throw new RejectException(MAILBOX_UNAVAILABLE, "The message can't be read.");
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
