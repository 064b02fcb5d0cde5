package dev.headroom.examples.marketplace.photos;

import dev.headroom.cache.Cache;
import dev.headroom.examples.marketplace.images.PictureRejectedException;
import dev.headroom.examples.marketplace.images.Thumbnail;
import dev.headroom.examples.marketplace.images.Thumbnails;
import dev.headroom.examples.marketplace.setup.Sql;
import dev.headroom.load.Criticality;
import dev.headroom.queue.Every;
import dev.headroom.queue.Job;
import dev.headroom.queue.JobContext;
import dev.headroom.queue.Tx;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobStore;
import dev.headroom.storage.BlobSweep;
import dev.headroom.transaction.Transactions;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** What happens to photographs in the background. */
public final class PhotoJobs {
    private final Photos photos;
    private final BlobSweep sweep;
    private final DataSource database;
    private final Cache<Long, ?> products;
    private final Transactions transactions;
    private final Thumbnails thumbnails = Thumbnails.withDefaults();

    /** Jobs on these photographs; {@code products} forgets a product whose photograph is ready, or can't be. */
    public PhotoJobs(
            Photos photos, BlobSweep sweep, DataSource database, Cache<Long, ?> products, Transactions transactions) {
        this.photos = photos;
        this.products = products;
        this.transactions = transactions;
        this.sweep = sweep;
        this.database = database;
    }

    /** What takes away the photographs that no product of this database refers to. */
    public static BlobSweep.Builder sweepOf(BlobStore blobs, DataSource primary) {
        return BlobSweep.builder(blobs, keys -> referredTo(primary, keys)).prefix(Photos.folder());
    }

    /** Which photograph is to be made small. */
    public record MakeSmall(long productId, String photo) {}

    /**
     * Makes the four small pictures. They may be stored more than once, over themselves; the rows that say so are written, and the job
     * removed, in one transaction, so that happens once. When nothing is left to try, the product says so.
     */
    @Job(name = "photo.make-small", queue = "photos", tx = Tx.COMPLETE_IN_TX, giveUpOn = PictureRejectedException.class)
    public void makeSmall(MakeSmall request, JobContext job) throws IOException, SQLException {
        try {
            makeAll(request, job);
        } catch (IOException | SQLException | RuntimeException failure) {
            if (failure instanceof PictureRejectedException || job.attempt() >= job.maxAttempts()) {
                giveUp(request, failure);
            }
            throw failure;
        }
    }

    private void makeAll(MakeSmall request, JobContext job) throws IOException, SQLException {
        List<Thumbnail> made = thumbnails.make(photos.original(request.photo()));
        for (Thumbnail small : made) {
            photos.storeSmall(request.photo(), small);
        }
        Connection connection = job.connection();
        for (Thumbnail small : made) {
            Sql.update(
                    connection,
                    "insert into photo_sizes (product_id, size, width, height) values (?, ?, ?, ?)",
                    request.productId(),
                    small.size().name(),
                    small.width(),
                    small.height());
        }
        Sql.update(
                connection,
                "update products set photo_ready = true, photo_failed = false where id = ?",
                request.productId());
        transactions.afterPossibleCommit(connection, () -> products.invalidate(request.productId()));
    }

    /** On a connection of its own: the job's transaction is rolled back. */
    private void giveUp(MakeSmall request, Exception failure) {
        try (Connection connection = database.getConnection()) {
            Sql.update(connection, "update products set photo_failed = true where id = ?", request.productId());
            products.invalidate(request.productId());
        } catch (SQLException | RuntimeException notSaid) {
            failure.addSuppressed(notSaid);
        }
    }

    /** Takes away photographs whose product was never written. */
    @Job(name = "photo.sweep", queue = "chores", criticality = Criticality.SHEDDABLE)
    @Every(fixedDelay = "1h")
    public void sweep() throws InterruptedException {
        sweep.run();
    }

    private static Collection<BlobKey> referredTo(DataSource primary, List<BlobKey> keys) {
        Object[] photos = keys.stream().map(Photos::photoOf).distinct().toArray();
        String marks = String.join(", ", Collections.nCopies(photos.length, "?"));
        Set<String> known = Set.copyOf(Sql.query(
                primary, "select photo from products where photo in (" + marks + ")", row -> row.getString(1), photos));
        return keys.stream().filter(key -> known.contains(Photos.photoOf(key))).collect(Collectors.toList());
    }
}
