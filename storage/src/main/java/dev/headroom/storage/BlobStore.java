package dev.headroom.storage;

import dev.headroom.Component;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps blobs: big immutable values such as photographs, under keys.
 *
 * <p>What {@link #put} has returned is durable and reads back with its checksum; a put that failed leaves nothing that can be seen, and
 * a blob that is replaced is the old one or the new one to every reader, never a mix. Bytes are streamed, never held in memory as a
 * whole. Thread-safe, and safe for several processes on one store.
 *
 * <pre>{@code
 * BlobInfo stored = store.put(BlobKey.of("photos/42"), BlobSource.of(upload), PutOptions.defaults().contentType("image/jpeg"));
 * try (BlobRead photo = store.get(stored.key())) {
 *     photo.transferTo(response.getOutputStream());
 * }
 * }</pre>
 *
 * <p>Failures of the store itself, such as a full disk or a server that can't be reached, are {@link BlobException}s; a failure of the
 * source's stream is thrown as an {@link java.io.UncheckedIOException}, so that a client who hung up is told from a store that broke.
 */
public interface BlobStore extends Component {
    /**
     * Puts a blob.
     *
     * @throws BlobExistsException if it was to be absent and is not
     * @throws BlobTooLargeException if the source has more bytes than {@code maximumSize}
     * @throws BlobCorruptedException if size or checksum are not as announced
     */
    BlobInfo put(BlobKey key, BlobSource source, PutOptions options);

    /** Puts a blob with the default options. */
    default BlobInfo put(BlobKey key, BlobSource source) {
        return put(key, source, PutOptions.defaults());
    }

    /**
     * Opens a blob for reading; close it.
     *
     * @throws BlobNotFoundException if there is none
     */
    BlobRead get(BlobKey key);

    /** What is known of a blob, empty if there is none. */
    Optional<BlobInfo> head(BlobKey key);

    /** Deletes a blob; says whether there was one. */
    boolean delete(BlobKey key);

    /**
     * Lists keys that begin with {@code prefix}, from {@code after} (not included) on.
     *
     * @param prefix any text; empty for all
     * @param after where the last page ended, or null for the beginning
     * @param limit how many at most, 1 to 1,000
     */
    BlobPage list(String prefix, @Nullable BlobKey after, int limit);
}
