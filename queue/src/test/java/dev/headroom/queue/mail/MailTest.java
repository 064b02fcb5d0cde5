package dev.headroom.queue.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.DeadJob;
import dev.headroom.queue.JobHandle;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.JobState;
import dev.headroom.queue.SchemaInstaller;
import dev.headroom.queue.mail.smtp.SmtpTransport;
import dev.headroom.queue.mail.smtp.SmtpTransportBuilder;
import dev.headroom.queue.testing.ManualQueue;
import jakarta.mail.Address;
import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/** Mail leaves with the transaction that it tells of, over SMTP and HTTP, once as far as anybody can tell. */
class MailTest {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final List<byte[]> received = new CopyOnWriteArrayList<>();
    private final List<String> recipients = new CopyOnWriteArrayList<>();
    private final AtomicInteger answer = new AtomicInteger(250);
    private final JdbcConnectionPool pool =
            JdbcConnectionPool.create("jdbc:h2:mem:mail" + NUMBER.incrementAndGet() + ";DB_CLOSE_DELAY=-1", "", "");

    @BeforeEach
    void install() {
        SchemaInstaller.install(pool);
    }

    @AfterEach
    void close() {
        pool.dispose();
    }

    private JobQueue queue(MailTransport transport) {
        DataSource dataSource = pool;
        return JobQueue.builder(dataSource)
                .handlers(new MailJobs(transport, "shop.example"))
                .build();
    }

    private SMTPServer smtp() {
        SMTPServer server = new SMTPServer.Builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0)
                .messageHandlerFactory(context -> new Taker())
                .build();
        server.start();
        return server;
    }

    /** Takes one mail, or refuses it once it knows all of it. */
    private final class Taker implements MessageHandler {
        private final List<String> to = new ArrayList<>();

        @Override
        public void from(String from) {}

        @Override
        public void recipient(String recipient) {
            to.add(recipient);
        }

        @Override
        public @Nullable String data(InputStream data) throws IOException, RejectException {
            if (to.stream().anyMatch(each -> each.startsWith("nobody@"))) {
                throw new RejectException(550, "No such user");
            }
            if (answer.get() != 250) {
                throw new RejectException(answer.get(), "Later");
            }
            recipients.addAll(to);
            received.add(data.readAllBytes());
            return null;
        }

        @Override
        public void done() {}
    }

    private static MimeMessage parsed(byte[] bytes) throws Exception {
        return new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(bytes));
    }

    private static SmtpTransport transport(SMTPServer server) {
        return SmtpTransport.builder("127.0.0.1", server.getPortAllocated())
                .from("shop@shop.example")
                .build();
    }

    @Test
    void isSentOverSmtpWhenItsTransactionHasCommittedAndAgainWithTheSameId() throws Exception {
        SMTPServer server = smtp();
        SmtpTransport transport = transport(server);
        try (JobQueue queue = queue(transport);
                ManualQueue jobs = ManualQueue.of(queue);
                Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            queue.in(connection)
                    .enqueue(MailJobs::send, Mail.to("ada@example.org").subject("rolled back"));
            connection.rollback();
            Mail mail = Mail.to("ada@example.org").subject("Bestellung für Ada").text("Tausend Dank! €");
            JobHandle job = queue.in(connection).enqueue(MailJobs::send, mail.html("<p>Tausend Dank! €</p>"));
            connection.commit();
            answer.set(451);
            assertThat(jobs.drain()).isOne();
            assertThat(received).isEmpty();
            assertThat(job.state()).contains(JobState.SCHEDULED);
            answer.set(250);
            jobs.advance(Duration.ofMinutes(1));
            assertThat(jobs.drain()).isOne();
            MimeMessage message = parsed(received.get(0));
            assertThat(message.getMessageID()).matches("<mail\\.send\\." + job.id() + "\\.[0-9a-z]+@shop\\.example>");
            assertThat(message.getSubject()).isEqualTo("Bestellung für Ada");
            assertThat(message.getFrom()[0]).hasToString("shop@shop.example");
            assertThat(message.getAllRecipients()[0]).hasToString("ada@example.org");
            MimeMultipart parts = (MimeMultipart) message.getContent();
            assertThat(parts.getBodyPart(0).getContent()).isEqualTo("Tausend Dank! €");
            assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/html");
        } finally {
            server.stop();
        }
    }

    @Test
    void hasCopiesAnAddressForAnswersAndAttachments() throws Exception {
        SMTPServer server = smtp();
        SmtpTransport transport = transport(server);
        byte[] invoice = new byte[20_000];
        new Random(42).nextBytes(invoice);
        try (JobQueue queue = queue(transport);
                ManualQueue jobs = ManualQueue.of(queue)) {
            Mail mail = Mail.to("ada@example.org")
                    .cc("bob@example.org", "eve@example.org")
                    .bcc("books@shop.example")
                    .replyTo("orders@shop.example")
                    .subject("Invoice")
                    .text("Attached.")
                    .html("<p>Attached.</p>")
                    .attach("Rechnung für Ada €.pdf", "application/pdf", invoice)
                    .attach("rows.csv", "text/csv; charset=UTF-8", "a;b\n".getBytes(StandardCharsets.UTF_8));
            queue.enqueue(MailJobs::send, mail);
            jobs.assertEnqueued(MailJobs::send, mail);
            assertThat(jobs.drain()).isOne();
            assertThat(recipients)
                    .containsExactlyInAnyOrder(
                            "ada@example.org", "bob@example.org", "eve@example.org", "books@shop.example");
            assertThat(new String(received.get(0), StandardCharsets.ISO_8859_1)).doesNotContain("books@");
            MimeMessage message = parsed(received.get(0));
            assertThat(message.getRecipients(Message.RecipientType.CC))
                    .extracting(Address::toString)
                    .containsExactly("bob@example.org", "eve@example.org");
            assertThat(message.getReplyTo()[0]).hasToString("orders@shop.example");
            MimeMultipart all = (MimeMultipart) message.getContent();
            assertThat(all.getContentType()).startsWith("multipart/mixed");
            MimeMultipart body = (MimeMultipart) all.getBodyPart(0).getContent();
            assertThat(body.getBodyPart(0).getContent()).isEqualTo("Attached.");
            assertThat(body.getBodyPart(1).getContent()).isEqualTo("<p>Attached.</p>");
            assertThat(all.getBodyPart(1).getFileName()).isEqualTo("Rechnung für Ada €.pdf");
            assertThat(all.getBodyPart(1).getContentType()).startsWith("application/pdf");
            assertThat(all.getBodyPart(1).getInputStream()).hasBinaryContent(invoice);
            assertThat(all.getBodyPart(2).getInputStream()).hasBinaryContent("a;b\n".getBytes(StandardCharsets.UTF_8));
            assertThat(all.getCount()).isEqualTo(3);
        } finally {
            server.stop();
        }
    }

    @Test
    void ofAnOlderVersionIsSentWithoutWhatThatDidNotKnow() throws Exception {
        SMTPServer server = smtp();
        SmtpTransport transport = transport(server);
        try (JobQueue queue = queue(transport);
                ManualQueue jobs = ManualQueue.of(queue);
                Connection connection = pool.getConnection()) {
            queue.enqueue(MailJobs::send, Mail.to("eve@example.org"));
            connection
                    .createStatement()
                    .execute(
                            "update headroom_job set kind_version = 1, payload = '{\"from\":\"\",\"to\":[\"ada@example.org\"],"
                                    + "\"subject\":\"Old\",\"text\":\"Still here.\",\"html\":\"\"}'");
            assertThat(jobs.drain()).isOne();
            assertThat(recipients).containsExactly("ada@example.org");
            assertThat(parsed(received.get(0)).getSubject()).isEqualTo("Old");
            assertThat((String) parsed(received.get(0)).getContent()).startsWith("Still here.");
        } finally {
            server.stop();
        }
    }

    @Test
    void isRefusedWithItsSizeWhenItsAttachmentsAreTooLarge() {
        try (JobQueue queue = queue((mail, id) -> {})) {
            Mail large = Mail.to("ada@example.org").attach("large.bin", "application/octet-stream", new byte[200_000]);
            assertThatThrownBy(() -> queue.enqueue(MailJobs::send, large))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching(
                            "payload of mail.send: 266\\d{3} characters \\(expected: at most 262144; .*\\)");
        }
    }

    @Test
    void whatIsRejectedForGoodIsADeadLetterAtOnce() throws Exception {
        SMTPServer server = smtp();
        SmtpTransport transport = transport(server);
        try (JobQueue queue = queue(transport);
                ManualQueue jobs = ManualQueue.of(queue)) {
            queue.enqueue(MailJobs::send, Mail.to("nobody@example.org").text("?"));
            queue.enqueue(MailJobs::send, Mail.to("not an address").text("?"));
            assertThat(jobs.drain()).isEqualTo(2);
            assertThat(queue.dead().newest(10))
                    .hasSize(2)
                    .allSatisfy(dead -> assertThat(dead.reason()).isEqualTo(DeadJob.Reason.GAVE_UP));
        } finally {
            server.stop();
        }
    }

    @Test
    void isSentByAProvidersHttpInterface() throws Exception {
        List<String> ids = new CopyOnWriteArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/send", exchange -> {
            received.add(exchange.getRequestBody().readAllBytes());
            ids.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            exchange.sendResponseHeaders(answer.get(), -1);
            exchange.close();
        });
        server.start();
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/send");
        HttpTransport transport = new HttpTransport((mail, id) -> HttpRequest.newBuilder(address)
                .header("Idempotency-Key", id)
                .POST(HttpRequest.BodyPublishers.ofString(mail.subject()))
                .build());
        try (JobQueue queue = queue(transport);
                ManualQueue jobs = ManualQueue.of(queue)) {
            answer.set(429);
            JobHandle job =
                    queue.enqueue(MailJobs::send, Mail.to("ada@example.org").subject("Hello"));
            jobs.drain();
            answer.set(202);
            jobs.advance(Duration.ofMinutes(1));
            jobs.drain();
            assertThat(received)
                    .hasSize(2)
                    .allSatisfy(body ->
                            assertThat(new String(body, StandardCharsets.UTF_8)).isEqualTo("Hello"));
            assertThat(ids)
                    .allMatch(each -> each.matches("<mail\\.send\\." + job.id() + "\\.[0-9a-z]+@shop\\.example>"));
            assertThat(Set.copyOf(ids)).hasSize(1);
            answer.set(422);
            queue.enqueue(MailJobs::send, Mail.to("ada@example.org"));
            jobs.drain();
            assertThat(queue.dead().newest(10).get(0).error()).contains("answered 422");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void refusesHeadersWithinHeadersAndSendersThatAreNone() {
        assertThatThrownBy(() -> Mail.to("ada@example.org").subject("Hello\r\nBcc: all@example.org"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("subject: Hello??Bcc: all@example.org (expected: no line break)");
        String two = "ada@example.org\r\nBcc: all@example.org";
        String shown = ": ada@example.org??Bcc: all@example.org (expected: no line break)";
        Mail mail = Mail.to("ada@example.org");
        byte[] none = {};
        assertThatThrownBy(() -> mail.cc(two)).hasMessage("cc" + shown);
        assertThatThrownBy(() -> mail.bcc("eve@example.org", two)).hasMessage("bcc" + shown);
        assertThatThrownBy(() -> mail.replyTo(two)).hasMessage("replyTo" + shown);
        assertThatThrownBy(() -> mail.attach(two, "text/plain", none)).hasMessage("attachment name" + shown);
        assertThatThrownBy(() -> mail.attach("a", "text/plain; name=x\nBcc: y", none))
                .hasMessage("attachment contentType: text/plain; name=x?Bcc: y (expected: no line break)");
        assertThatThrownBy(() -> mail.attach("a", "pdf", none))
                .hasMessage("attachment contentType: pdf (expected: a type such as application/pdf)");
        assertThatThrownBy(() -> new MailAttachment("a", "text/plain", "§"))
                .hasMessage("attachment base64: 1 characters (expected: Base64)");
        assertThatThrownBy(() -> SmtpTransport.builder("localhost", 25).from("the shop"))
                .isInstanceOf(ConfigurationException.class);
        SmtpTransportBuilder sender = SmtpTransport.builder("localhost", 25).from("shop@shop.example");
        assertThatThrownBy(() -> sender.login("shop", "secret").build())
                .hasMessage("login: in clear (expected: startTls, tls, or inClear if that is meant)");
        assertThatThrownBy(() -> sender.startTls().tls().build()).hasMessageContaining("tls: beside startTls");
        assertThatThrownBy(() -> SmtpTransport.builder("localhost", 25).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("from:");
    }
}
