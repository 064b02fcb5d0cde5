package dev.headroom.examples.marketplace.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Decides whether an upload is a picture worth storing, in one pass over its bytes and without decoding it.
 *
 * <p>The format is taken from the first bytes, never from a name or a browser's claim. The whole structure is then walked
 * to its end: JPEG segments and entropy-coded data up to the EOI marker, PNG chunks with their checksums up to IEND. So a
 * file cut anywhere is caught at upload time. Memory is one buffer of 64 KiB. What only a decoder can see, such as flipped
 * bits inside JPEG data, passes here.
 *
 * <p>Immutable and thread-safe. A picture that does not pass is thrown as {@link PictureRejectedException};
 * {@link IOException} means that the bytes could not be read.
 *
 * <pre>{@code
 * PictureInspector inspector = PictureInspector.withDefaults();
 * Picture picture = inspector.inspect(uploadedFile);
 * blobs.put(key, BlobSource.of(upload), PutOptions.defaults().contentType(picture.format().contentType()));
 * }</pre>
 */
public final class PictureInspector {
    private final PictureLimits limits;

    private PictureInspector(PictureLimits limits) {
        this.limits = limits;
    }

    /** An inspector with {@link PictureLimits#defaults()}. */
    public static PictureInspector withDefaults() {
        return new PictureInspector(PictureLimits.defaults());
    }

    public static PictureInspector with(PictureLimits limits) {
        return new PictureInspector(limits);
    }

    /** Inspects a file; one that is too long is rejected before it is opened. */
    public Picture inspect(Path file) throws IOException {
        if (Files.size(file) > limits.maxBytes()) {
            throw PictureRejectedException.tooLarge(limits.maxBytes());
        }
        return inspect(PictureSource.of(file));
    }

    /** Inspects what a source gives, reading it once to its end. */
    public Picture inspect(PictureSource source) throws IOException {
        try (InputStream in = source.open()) {
            return inspect(in);
        }
    }

    /** Inspects a stream to its end; the caller closes it. */
    Picture inspect(InputStream in) throws IOException {
        ScanInput input = new ScanInput(in, limits.maxBytes());
        byte[] head = input.peek(FileKind.HEAD_BYTES);
        Picture seen;
        if (JpegScan.matches(head)) {
            seen = JpegScan.scan(input, limits);
        } else if (PngScan.matches(head)) {
            seen = PngScan.scan(input, limits);
        } else {
            throw PictureRejectedException.notAPicture(FileKind.describe(head));
        }
        return new Picture(seen.format(), seen.width(), seen.height(), seen.orientation(), input.drain());
    }
}
