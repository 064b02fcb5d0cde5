package dev.headroom.examples.marketplace.images;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a picture's bytes can be read from, each time from the start: a file, a blob, an upload's part. */
@FunctionalInterface
public interface PictureSource {

    /** Opens the bytes at their start; the one who calls this closes it. */
    InputStream open() throws IOException;

    static PictureSource of(Path file) {
        return () -> Files.newInputStream(file);
    }

    static PictureSource of(byte[] bytes) {
        return () -> new ByteArrayInputStream(bytes);
    }
}
