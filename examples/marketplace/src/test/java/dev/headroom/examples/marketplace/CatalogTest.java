package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.Caches;
import dev.headroom.examples.marketplace.catalog.JdbcCatalog;
import dev.headroom.examples.marketplace.catalog.Product;
import dev.headroom.examples.marketplace.images.PictureRejectedException;
import dev.headroom.examples.marketplace.photos.PhotoJobs;
import dev.headroom.examples.marketplace.photos.Photos;
import dev.headroom.examples.marketplace.setup.Application;
import dev.headroom.queue.JobContext;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobNotFoundException;
import dev.headroom.storage.BlobSource;
import dev.headroom.storage.testing.MemoryBlobStore;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import dev.headroom.transaction.Transactions;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private final TestDatabase database = SharedPostgres.createDatabase();
    private final JdbcCatalog catalog = new JdbcCatalog(database.dataSource());
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Caches caches = Caches.withDefaults();
    private final PhotoJobs jobs = new PhotoJobs(
            new Photos(blobs),
            PhotoJobs.sweepOf(blobs, database.dataSource()).build(),
            database.dataSource(),
            caches.cache("products", Long.class, Object.class),
            Transactions.immediate());

    @BeforeEach
    void offer() throws Exception {
        try (InputStream script = Application.class.getResourceAsStream("schema.sql")) {
            execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        execute("insert into sellers (name) values ('Bea')");
        execute("insert into products (seller_id, title, price_cents, photo)"
                + " values (1, 'Green garden bench', 4990, 'photos/1'), (1, '100% bench', 100, 'photos/2')");
    }

    @AfterEach
    void close() {
        caches.close();
        database.close();
    }

    @Test
    void findsTitlesWithEachOfTheWordsInAnyOrder() {
        assertThat(catalog.search(" bench  GREEN ")).extracting(Product::id).containsExactly(1L);
        assertThat(catalog.search("bench")).extracting(Product::id).containsExactly(2L, 1L);
        assertThat(catalog.search("0% ben")).extracting(Product::id).containsExactly(2L);
        assertThat(catalog.search("gr_en")).isEmpty();
        assertThat(catalog.search("bench x".repeat(50))).isEmpty();
    }

    @Test
    void saysThatAPhotographCantBeShownWhenItsJobGivesUp() {
        assertThatThrownBy(() -> jobs.makeSmall(new PhotoJobs.MakeSmall(1, "photos/1"), attempt(1, 2)))
                .isInstanceOf(BlobNotFoundException.class);
        assertThat(catalog.product(1)).get().returns(false, Product::photoFailed);
        assertThatThrownBy(() -> jobs.makeSmall(new PhotoJobs.MakeSmall(1, "photos/1"), attempt(2, 2)))
                .isInstanceOf(BlobNotFoundException.class);
        assertThat(catalog.product(1)).get().returns(true, Product::photoFailed);

        blobs.put(BlobKey.of("photos/2/original"), BlobSource.of(new byte[] {1, 2, 3}));
        assertThatThrownBy(() -> jobs.makeSmall(new PhotoJobs.MakeSmall(2, "photos/2"), attempt(1, 25)))
                .isInstanceOf(PictureRejectedException.class);
        assertThat(catalog.product(2)).get().returns(true, Product::photoFailed);
    }

    private static JobContext attempt(int attempt, int maxAttempts) {
        return (JobContext) Proxy.newProxyInstance(
                JobContext.class.getClassLoader(),
                new Class<?>[] {JobContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "attempt" -> attempt;
                    case "maxAttempts" -> maxAttempts;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
