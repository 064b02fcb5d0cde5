package dev.headroom.examples.marketplace.setup;

import dev.headroom.Headroom;
import dev.headroom.cache.Cache;
import dev.headroom.cache.Caches;
import dev.headroom.cache.CachesBuilder;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.codec.Codec;
import dev.headroom.codec.Codecs;
import dev.headroom.console.ConsoleAccess;
import dev.headroom.examples.marketplace.catalog.Catalog;
import dev.headroom.examples.marketplace.catalog.JdbcCatalog;
import dev.headroom.examples.marketplace.catalog.Offers;
import dev.headroom.examples.marketplace.catalog.Product;
import dev.headroom.examples.marketplace.mail.MailServer;
import dev.headroom.examples.marketplace.mail.Mailbox;
import dev.headroom.examples.marketplace.orders.Buyer;
import dev.headroom.examples.marketplace.orders.Cart;
import dev.headroom.examples.marketplace.orders.Orders;
import dev.headroom.examples.marketplace.photos.PhotoJobs;
import dev.headroom.examples.marketplace.photos.Photos;
import dev.headroom.examples.marketplace.web.Site;
import dev.headroom.flags.FlagDefinition;
import dev.headroom.flags.Flags;
import dev.headroom.load.Criticality;
import dev.headroom.memcached.Memcached;
import dev.headroom.metrics.Metrics;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.mail.MailJobs;
import dev.headroom.queue.mail.smtp.SmtpTransport;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.servlet.IdentityCookie;
import dev.headroom.servlet.WebOptions;
import dev.headroom.session.Sessions;
import dev.headroom.session.SessionsBuilder;
import dev.headroom.storage.BlobStore;
import dev.headroom.storage.BlobSweep;
import dev.headroom.storage.FileBlobStore;
import dev.headroom.throttle.Throttle;
import dev.headroom.transaction.Transactions;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Puts the marketplace together: each part by its builder, all of them plugged into one {@link Headroom}. */
public final class Application implements AutoCloseable {
    private final Deque<AutoCloseable> closeables;
    private final Headroom headroom;
    private final Site site;

    private Application(Settings settings, Deque<AutoCloseable> closeables) throws IOException, SQLException {
        this.closeables = closeables;
        Databases databases = closeLater(Databases.open(settings));
        Path temporary = emptied(settings.dataDir().resolve("uploads"));
        ReplicaRouter router = databases.router();
        Metrics metrics = metrics(settings);
        BlobStore blobs = blobs(settings);
        Photos photos = new Photos(blobs);
        Mailbox mailbox = new Mailbox(router.dataSource());
        Caches caches = caches(settings);
        BlobSweep sweep = PhotoJobs.sweepOf(blobs, router.dataSource())
                .meters(metrics.meters())
                .build();
        JobQueue queue = JobQueue.builder(router.dataSource())
                .handlers(photoJobs(photos, sweep, databases, caches), mailJobs(settings, mailbox))
                .queue("photos", photosQueue -> photosQueue.workers(2))
                .build();
        IdentityCookie identity = IdentityCookie.builder()
                .secret(Secrets.identity(databases.primary()))
                .build();
        headroom = closeLater(Headroom.builder("marketplace")
                .web(web(identity))
                .readinessGrace(databases.isEmbedded() ? Duration.ZERO : Duration.ofSeconds(5))
                .plug(metrics)
                .plug(throttle(settings))
                .plug(router)
                .plug(blobs)
                .plug(caches)
                .plug(queue)
                .plug(sessions(settings))
                .plug(flags(settings))
                .build());
        site = new Site(
                headroom.enhance(Catalog.class, new JdbcCatalog(router.dataSource())),
                new Offers(router.dataSource(), queue),
                headroom.enhance(Orders.class, Orders.in(router.dataSource(), queue)),
                photos,
                mailbox,
                identity,
                temporary);
    }

    /** Opens everything; what was opened is closed again when something fails. */
    public static Application open(Settings settings) throws IOException, SQLException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return new Application(settings, opened);
        } catch (RuntimeException | IOException | SQLException failure) {
            Closing.all(opened).ifPresent(failure::addSuppressed);
            throw failure;
        }
    }

    /** Registers the library's filters and endpoints in their order, then the site's own. */
    public void register(ServletContext context) {
        headroom.register(context);
        site.register(context);
    }

    /** Finishes what is under way and closes everything. */
    @Override
    public void close() {
        headroom.drain(Duration.ofSeconds(10));
        Closing.all(closeables).ifPresent(failure -> {
            throw failure;
        });
    }

    /** A process that was killed in the middle of uploads has left them there. */
    private static Path emptied(Path folder) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(Files.createDirectories(folder))) {
            for (Path upload : left) {
                Files.deleteIfExists(upload);
            }
        }
        return folder;
    }

    private static Metrics metrics(Settings settings) {
        Metrics.Builder metrics = Metrics.builder().prometheus("/metrics");
        settings.statsd()
                .ifPresent(
                        to -> metrics.statsd(to.getHostString(), to.getPort()).prefix("marketplace"));
        return metrics.build();
    }

    /** Stops short of the web server's threads: what waits for a thread is out of the throttle's sight. */
    private static Throttle throttle(Settings settings) {
        return Throttle.builder()
                .mode(settings.throttle())
                .gate(gate -> gate.maximumLimit(WebServer.THREADS * 3 / 4))
                .bypass("/metrics", "/style.css")
                .build();
    }

    private BlobStore blobs(Settings settings) {
        return settings.s3()
                .map(s3 -> S3Stores.store(s3, closeLater(S3Stores.client(s3))))
                .orElseGet(() ->
                        FileBlobStore.builder("photos", settings.blobDir()).build());
    }

    private Caches caches(Settings settings) {
        Codec products = Codecs.tlv().record(64, Product.class).build();
        CachesBuilder builder = Caches.builder().mode(settings.cache()).namespace("marketplace");
        settings.memcached()
                .ifPresent(nodes -> builder.shared(
                        MemcachedTier.on(closeLater(Memcached.nodes(nodes).build()))));
        return builder.defaults(options -> options.codec(products))
                .cache(
                        "front-page",
                        options -> options.fresh(Duration.ofSeconds(5)).staleIfError(Duration.ofMinutes(10)))
                .cache(
                        "products",
                        options -> options.fresh(Duration.ofSeconds(2))
                                .staleIfError(Duration.ofMinutes(10))
                                .maximumSize(20_000))
                .cache(
                        "related",
                        options -> options.fresh(Duration.ofMinutes(1)).maximumSize(5_000))
                .build();
    }

    private static PhotoJobs photoJobs(Photos photos, BlobSweep sweep, Databases databases, Caches caches) {
        Cache<Long, Object> products = caches.cache("products", Long.class, Object.class);
        Transactions transactions = Transactions.of(List.of(databases.router().transactionHook()));
        return new PhotoJobs(photos, sweep, databases.router().dataSource(), products, transactions);
    }

    private MailJobs mailJobs(Settings settings, Mailbox mailbox) {
        InetSocketAddress smtp = settings.smtp()
                .orElseGet(() -> InetSocketAddress.createUnresolved(
                        "127.0.0.1", closeLater(MailServer.start(mailbox)).port()));
        return new MailJobs(
                SmtpTransport.builder(smtp.getHostString(), smtp.getPort())
                        .from("shop@marketplace.example")
                        .build(),
                "marketplace.example");
    }

    private Sessions sessions(Settings settings) {
        SessionsBuilder builder = Sessions.builder()
                .codec(Codecs.tlv()
                        .record(64, Cart.class)
                        .record(65, Cart.Item.class)
                        .build())
                .ignore("/images/**", "/style.css", "/health/**");
        settings.memcached()
                .ifPresent(nodes ->
                        builder.memcached(closeLater(Memcached.nodes(nodes).build())));
        return builder.build();
    }

    private static Flags flags(Settings settings) {
        return Flags.builder()
                .define(FlagDefinition.named("related-products")
                        .owner("catalog")
                        .whenOff("a product's page does not show others by its seller")
                        .sheddable(Criticality.SHEDDABLE)
                        .defaultOn())
                .file(settings.dataDir().resolve("flags.properties"))
                .build();
    }

    /** The console is open to everybody for reading, and a logged-in demo user may look inside a request: this is a demonstration. */
    private static WebOptions web(IdentityCookie identity) {
        return WebOptions.builder()
                .identity(identity)
                .console(ConsoleAccess.readOnly())
                .debug((request, context) ->
                        context.user().flatMap(Buyer::named).isPresent())
                .criticality("/images/*", Criticality.SHEDDABLE_PLUS)
                .criticality("/orders", Criticality.CRITICAL_PLUS)
                .criticality("/search", Criticality.SHEDDABLE)
                .build();
    }

    private <T extends AutoCloseable> T closeLater(T opened) {
        closeables.push(opened);
        return opened;
    }
}
