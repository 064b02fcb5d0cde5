package dev.headroom.examples.marketplace;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A form with a file, as browsers send it. */
final class Multipart {
    private static final String BOUNDARY = "----headroomTestBoundary";

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean whole = true;

    /** An offer with everything in it. */
    static Multipart offer(String title, String price, String fileName, byte[] photo) {
        return new Multipart()
                .field("title", title)
                .field("price", price)
                .field("seller", "Tess")
                .file("photo", fileName, photo);
    }

    Multipart field(String name, String value) {
        write("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n");
        return this;
    }

    Multipart file(String name, String fileName, byte[] content) {
        write("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + fileName
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        body.writeBytes(content);
        write("\r\n");
        return this;
    }

    /** Leaves out the last line, as if the connection had been lost. */
    Multipart withoutEnd() {
        whole = false;
        return this;
    }

    String contentType() {
        return "multipart/form-data; boundary=" + BOUNDARY;
    }

    byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(body.toByteArray());
        if (whole) {
            all.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        return all.toByteArray();
    }

    private void write(String text) {
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
