package dev.headroom.queue.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.JobHandle;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.JobState;
import dev.headroom.queue.SchemaInstaller;
import dev.headroom.queue.mail.smtp.SmtpTransport;
import dev.headroom.queue.mail.smtp.SmtpTransportBuilder;
import dev.headroom.queue.testing.ManualQueue;
import jakarta.mail.MessagingException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** Mail to a server that wants a login and encryption; its certificate is for {@code localhost}. */
class MailTlsTest {
    private static final String STORE_PASSWORD = "changeit";

    private static SSLContext servers;
    private static SSLContext trusting;

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:mailtls;DB_CLOSE_DELAY=-1", "", "");
    private volatile String password = "secret";

    @BeforeAll
    static void makeACertificate(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("smtp.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "smtp",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        STORE_PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, STORE_PASSWORD.toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, STORE_PASSWORD.toCharArray());
        servers = SSLContext.getInstance("TLS");
        servers.init(own.getKeyManagers(), null, null);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("smtp", keys.getCertificate("smtp"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        trusting = SSLContext.getInstance("TLS");
        trusting.init(null, trust.getTrustManagers(), null);
    }

    @BeforeEach
    void install() {
        SchemaInstaller.install(pool);
    }

    @AfterEach
    void close() {
        pool.dispose();
    }

    private SMTPServer.Builder smtp() {
        return new SMTPServer.Builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0)
                .requireAuth()
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((user, sent, context) -> {
                    if (!user.equals("shop") || !sent.equals(password)) {
                        throw new LoginFailedException("no");
                    }
                }))
                .messageHandler(
                        (context, from, to, bytes) -> received.add(new String(bytes, StandardCharsets.US_ASCII)));
    }

    private SMTPServer startTls() {
        SMTPServer server =
                smtp().enableTLS().requireTLS().startTlsSocketFactory(servers).build();
        server.start();
        return server;
    }

    private static SmtpTransportBuilder to(SMTPServer server, String host) {
        return SmtpTransport.builder(host, server.getPortAllocated())
                .from("shop@shop.example")
                .login("shop", "secret");
    }

    private JobQueue queue(MailTransport transport) {
        return JobQueue.builder(pool)
                .handlers(new MailJobs(transport, "shop.example"))
                .build();
    }

    @Test
    void leavesByStartTlsAndAgainWhenItsPasswordWasRefused() {
        SMTPServer server = startTls();
        try (JobQueue queue =
                        queue(to(server, "localhost").startTls().trust(trusting).build());
                ManualQueue jobs = ManualQueue.of(queue)) {
            password = "another";
            JobHandle job =
                    queue.enqueue(MailJobs::send, Mail.to("ada@example.org").subject("Order 42"));
            assertThat(jobs.drain()).isOne();
            assertThat(job.state()).contains(JobState.SCHEDULED);
            assertThat(received).isEmpty();
            password = "secret";
            jobs.advance(Duration.ofMinutes(1));
            assertThat(jobs.drain()).isOne();
            assertThat(received).singleElement().asString().contains("Subject: Order 42");
            assertThat(job.state()).isEmpty();
        } finally {
            server.stop();
        }
    }

    @Test
    void leavesOverAConnectionThatIsEncryptedFromItsStart() throws Exception {
        SMTPServer server = smtp().serverSocketFactory(servers).build();
        server.start();
        try {
            to(server, "localhost")
                    .tls()
                    .trust(trusting)
                    .build()
                    .send(Mail.to("ada@example.org").subject("Order 43"), "<1@shop.example>");
            assertThat(received).singleElement().asString().contains("Subject: Order 43");
            MailTransport misnamed =
                    to(server, "127.0.0.1").tls().trust(trusting).build();
            assertThatThrownBy(() -> misnamed.send(Mail.to("ada@example.org"), "<2@shop.example>"))
                    .hasRootCauseMessage("No subject alternative names matching IP address 127.0.0.1 found");
            assertThat(received).hasSize(1);
        } finally {
            server.stop();
        }
    }

    @Test
    void sendsNothingToAServerOfAnotherNameOrThatNobodyVouchesFor() {
        SMTPServer server = startTls();
        try {
            MailTransport misnamed =
                    to(server, "127.0.0.1").startTls().trust(trusting).build();
            MailTransport unknown = to(server, "localhost").startTls().build();
            MailTransport inClear = to(server, "localhost").inClear().build();
            for (MailTransport each : List.of(misnamed, unknown)) {
                assertThatThrownBy(() -> each.send(Mail.to("ada@example.org"), "<1@shop.example>"))
                        .isInstanceOf(MessagingException.class)
                        .hasMessageContaining("TLS")
                        .hasCauseInstanceOf(SSLException.class);
            }
            // Wants both, which is no fault of the mail's.
            assertThatThrownBy(() -> inClear.send(Mail.to("ada@example.org"), "<1@shop.example>"))
                    .isInstanceOf(MessagingException.class)
                    .hasMessageContaining("530");
            assertThat(received).isEmpty();
        } finally {
            server.stop();
        }
        assertThatThrownBy(
                        () -> to(server, "localhost").inClear().trust(trusting).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("trust: in clear (expected: beside startTls or tls)");
    }
}
