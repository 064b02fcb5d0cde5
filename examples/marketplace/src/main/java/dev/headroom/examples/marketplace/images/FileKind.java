package dev.headroom.examples.marketplace.images;

import java.nio.charset.StandardCharsets;

/** Names the usual wrong files, so that the uploader reads "This is a GIF." and not "invalid input". */
final class FileKind {
    static final int HEAD_BYTES = 16;

    private FileKind() {}

    static String describe(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        if (text.isEmpty()) {
            return "This file is empty.";
        }
        if (text.startsWith("GIF8")) {
            return "This is a GIF.";
        }
        if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) {
            return "This is a WebP picture.";
        }
        if (text.startsWith("ftyp", 4)) {
            return text.startsWith("hei", 8) || text.startsWith("mif1", 8)
                    ? "This is a HEIC photo."
                    : text.startsWith("avif", 8) ? "This is an AVIF picture." : "This is a video.";
        }
        if (text.startsWith("II*\0") || text.startsWith("MM\0*")) {
            return "This is a TIFF picture.";
        }
        if (text.startsWith("BM")) {
            return "This is a bitmap (BMP).";
        }
        if (text.startsWith("%PDF")) {
            return "This is a PDF.";
        }
        return text.chars().allMatch(FileKind::isText) ? "This is a text file." : "This is not a picture.";
    }

    private static boolean isText(int c) {
        return c >= ' ' && c < 0x7F || c == '\n' || c == '\r' || c == '\t';
    }
}
