package dev.headroom.storage.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * A key's segments become folders and the last one a file:
 *
 *   photos/42/a.jpg  ->  photos/42/a%2Ejpg.blob
 *
 * Everything but letters, digits, '-' and '_' is percent-encoded byte by byte, so that no key can name '.', '..', a hidden file or a
 * file of ours ('.tmp'), and so that '.blob' tells files from folders: the keys "a" and "a/b" live side by side. A segment whose
 * encoded form is longer than a file name may be is continued in a folder inside a folder whose name ends in '~'.
 */
/** Where a key lives below the root, and back. */
public final class FileLayout {
    private static final String SUFFIX = ".blob";
    private static final String CONTINUED = "~";
    private static final int LONGEST_NAME = 200;
    private static final String HEX = "0123456789ABCDEF";

    private FileLayout() {}

    /** The file of a key. */
    public static Path file(Path root, String key) {
        Path path = root;
        String[] segments = key.split("/");
        for (int i = 0; i < segments.length; i++) {
            List<String> names = names(segments[i]);
            for (int n = 0; n < names.size() - 1; n++) {
                path = path.resolve(names.get(n) + CONTINUED);
            }
            String last = names.get(names.size() - 1);
            path = path.resolve(i == segments.length - 1 ? last + SUFFIX : last);
        }
        return path;
    }

    /** The segment of a blob's file name, empty if the name is none of ours. */
    public static Optional<String> fileSegment(String fileName) {
        return fileName.endsWith(SUFFIX)
                ? decode(fileName.substring(0, fileName.length() - SUFFIX.length()))
                : Optional.empty();
    }

    /** The segment of a folder's name, or the first part of one that is continued; empty if the name is none of ours. */
    public static Optional<String> folderSegment(String folderName) {
        return decode(isContinued(folderName) ? folderName.substring(0, folderName.length() - 1) : folderName);
    }

    /** Whether the segment goes on inside this folder. */
    public static boolean isContinued(String folderName) {
        return folderName.endsWith(CONTINUED);
    }

    private static List<String> names(String segment) {
        List<String> names = new ArrayList<>();
        StringBuilder name = new StringBuilder();
        int[] points = segment.codePoints().toArray();
        for (int point : points) {
            String encoded = encode(point);
            if (name.length() + encoded.length() > LONGEST_NAME) {
                names.add(name.toString());
                name.setLength(0);
            }
            name.append(encoded);
        }
        names.add(name.toString());
        return names;
    }

    private static String encode(int point) {
        if (isPlain(point)) {
            return Character.toString(point);
        }
        StringBuilder encoded = new StringBuilder();
        for (byte b : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
            encoded.append('%').append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
        }
        return encoded.toString();
    }

    private static Optional<String> decode(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (isPlain(c)) {
                bytes.write(c);
            } else if (c == '%' && i + 2 < name.length() && hex(name, i + 1) >= 0) {
                bytes.write(hex(name, i + 1));
                i += 2;
            } else {
                return Optional.empty();
            }
        }
        return bytes.size() == 0 ? Optional.empty() : Optional.of(bytes.toString(StandardCharsets.UTF_8));
    }

    private static int hex(String name, int at) {
        int high = HEX.indexOf(name.charAt(at));
        int low = HEX.indexOf(name.charAt(at + 1));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static boolean isPlain(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }
}
