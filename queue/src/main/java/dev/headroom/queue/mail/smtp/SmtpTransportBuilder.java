package dev.headroom.queue.mail.smtp;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.internal.Spans;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The options of an {@link SmtpTransport}. Not thread-safe. */
public final class SmtpTransportBuilder {
    private final String host;
    private final int port;
    private @Nullable InternetAddress from;
    private @Nullable Login login;
    private Duration timeout = Duration.ofSeconds(10);
    private boolean startTls;
    private boolean tls;
    private boolean inClear;
    private @Nullable SSLContext trust;

    /** Who logs in. */
    record Login(String user, String password) {
        @Override
        public String toString() {
            return "Login[" + user + "]";
        }
    }

    SmtpTransportBuilder(String host, int port) {
        this.host = host;
        this.port = port;
    }

    /**
     * The sender of mails that name none. Needed.
     *
     * @throws ConfigurationException if it is not an address
     */
    public SmtpTransportBuilder from(String from) {
        try {
            this.from = new InternetAddress(Checks.notBlank("from", from), true);
        } catch (AddressException unparsable) {
            throw new ConfigurationException("from", from, "an address such as shop@example.org");
        }
        return this;
    }

    /**
     * Logs in, over a connection that is encrypted by {@link #startTls} or {@link #tls}, unless {@link #inClear}. Default: does not.
     *
     * @throws ConfigurationException if the user is null or blank, or the password null
     */
    public SmtpTransportBuilder login(String user, String password) {
        this.login = new Login(Checks.notBlank("user", user), Checks.present("password", password));
        return this;
    }

    /** Demands that the connection is encrypted by STARTTLS, and the server's name is that of its certificate. Default: in clear. */
    public SmtpTransportBuilder startTls() {
        this.startTls = true;
        return this;
    }

    /** Encrypts the connection from its start, as servers want it on port 465; the server's name is that of its certificate. Default: in clear. */
    public SmtpTransportBuilder tls() {
        this.tls = true;
        return this;
    }

    /**
     * Whose certificates are trusted, with {@link #startTls} or {@link #tls}: for a server whose certificate is from an authority of one's own.
     * Default: the JVM's.
     *
     * @throws ConfigurationException if it is null
     */
    public SmtpTransportBuilder trust(SSLContext trust) {
        this.trust = Checks.present("trust", trust);
        return this;
    }

    /** Lets {@link #login} send its password unencrypted: for a server on this machine, or behind a tunnel. Default: {@link #build} refuses. */
    public SmtpTransportBuilder inClear() {
        this.inClear = true;
        return this;
    }

    /**
     * How long to wait for the connection, and for each answer. Default: 10 s.
     *
     * @throws ConfigurationException if it is null, shorter than 1 ms or longer than 1 h
     */
    public SmtpTransportBuilder timeout(Duration timeout) {
        this.timeout = Spans.between("timeout", timeout, Duration.ofMillis(1), Duration.ofHours(1));
        return this;
    }

    /**
     * The transport; connects when it sends.
     *
     * @throws ConfigurationException if there is no sender, if the password would be sent in clear, if both ways to encrypt are asked for, or none and
     *     certificates are to be trusted
     */
    public SmtpTransport build() {
        InternetAddress sender = Checks.present("from", from);
        Checks.that(!startTls || !tls, "tls", "beside startTls", "one of them");
        Checks.that(
                login == null || startTls || tls || inClear,
                "login",
                "in clear",
                "startTls, tls, or inClear if that is meant");
        Checks.that(trust == null || startTls || tls, "trust", "in clear", "beside startTls or tls");
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", host);
        properties.setProperty("mail.smtp.port", Integer.toString(port));
        for (String wait : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
            properties.setProperty("mail.smtp." + wait, Long.toString(timeout.toMillis()));
        }
        if (login != null) {
            properties.setProperty("mail.smtp.auth", "true");
        }
        if (tls) {
            properties.setProperty("mail.smtp.ssl.enable", "true");
        }
        if (startTls) {
            properties.setProperty("mail.smtp.starttls.enable", "true");
            properties.setProperty("mail.smtp.starttls.required", "true");
        }
        if (startTls || tls) {
            properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        }
        if (trust != null) {
            properties.put("mail.smtp.ssl.socketFactory", trust.getSocketFactory());
            properties.setProperty("mail.smtp.ssl.socketFactory.fallback", "false");
            properties.setProperty("mail.smtp.socketFactory.fallback", "false");
        }
        return new SmtpTransport(Session.getInstance(properties), sender, login);
    }
}
