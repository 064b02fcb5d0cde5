package dev.headroom.examples.marketplace.photos;

import dev.headroom.examples.marketplace.images.Picture;
import dev.headroom.examples.marketplace.images.PictureInspector;
import dev.headroom.examples.marketplace.images.PictureLimits;
import dev.headroom.examples.marketplace.images.PictureSource;
import dev.headroom.examples.marketplace.images.Thumbnail;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobNotFoundException;
import dev.headroom.storage.BlobRead;
import dev.headroom.storage.BlobSource;
import dev.headroom.storage.BlobStore;
import dev.headroom.storage.PutOptions;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Photographs: one original and its small pictures below one name. */
public final class Photos {
    /** The most bytes of an upload. */
    public static final long MAXIMUM_BYTES = 20L << 20;

    private static final String FOLDER = "photos/";
    private static final String ORIGINAL = "original";

    private final BlobStore blobs;
    private final PictureInspector inspector =
            PictureInspector.with(PictureLimits.defaults().withMaxBytes(MAXIMUM_BYTES));

    /** Photographs in this store. */
    public Photos(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Stores an original under a new name, once it is known to be a picture.
     *
     * @throws dev.headroom.examples.marketplace.images.PictureRejectedException if it is not one that can be shown
     */
    public String store(PictureSource upload) throws IOException {
        Picture picture = inspector.inspect(upload);
        String photo = FOLDER + UUID.randomUUID();
        blobs.put(
                BlobKey.of(photo).child(ORIGINAL),
                new BlobSource.Given(upload::open, OptionalLong.of(picture.bytes())),
                PutOptions.defaults()
                        .ifAbsent()
                        .contentType(picture.format().contentType())
                        .maximumSize(MAXIMUM_BYTES));
        return photo;
    }

    /** Where the original can be read from, as often as need be. */
    public PictureSource original(String photo) {
        return () -> blobs.get(BlobKey.of(photo).child(ORIGINAL));
    }

    /** Stores a small picture; again, if it was stored before. */
    public void storeSmall(String photo, Thumbnail small) {
        blobs.put(
                BlobKey.of(photo).child(small.size().name()),
                BlobSource.of(small.jpeg()),
                PutOptions.defaults().contentType(Thumbnail.CONTENT_TYPE));
    }

    /** A small picture, empty as long as it is not made. */
    public Optional<BlobRead> small(String photo, String size) {
        try {
            return Optional.of(blobs.get(BlobKey.of(photo).child(size)));
        } catch (BlobNotFoundException notYet) {
            return Optional.empty();
        }
    }

    /** The name below which a blob is kept. */
    static String photoOf(BlobKey key) {
        return key.value().substring(0, key.value().lastIndexOf('/'));
    }

    /** What all names begin with. */
    static String folder() {
        return FOLDER;
    }
}
