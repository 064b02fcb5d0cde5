package dev.headroom.examples.storm.pictures;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * A baseline JPEG cut at its restart markers, to replace a part of the picture without coding the rest again.
 *
 * <p>Restart intervals are coded independently of each other (ITU-T T.81, section E.1.4), so those of another picture fit
 * in when quantisation and Huffman tables are the same: a large picture with a new middle costs as much as the middle.
 */
final class RestartingJpeg {
    private static final int SOS = 0xDA;
    private static final int EOI = 0xD9;
    private static final int RST0 = 0xD0;

    private final byte[] file;
    private final int headerEnd;
    private final int perRow;
    /** Where each interval's data begins, and last where the end marker does plus two. */
    private final int[] starts;

    /** @param perRow how many intervals make up one row of blocks */
    RestartingJpeg(byte[] file, int perRow) {
        this.file = file;
        this.perRow = perRow;
        this.headerEnd = headerEnd(file);
        this.starts = starts(file, headerEnd);
    }

    /** The file with a smaller picture's intervals in place of its own, from a column and row of intervals on. */
    byte[] with(RestartingJpeg part, int column, int row) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + part.file.length);
        out.write(file, 0, headerEnd);
        int partRows = part.count() / part.perRow;
        for (int i = 0; i < count(); i++) {
            int x = i % perRow - column;
            int y = i / perRow - row;
            boolean inside = x >= 0 && x < part.perRow && y >= 0 && y < partRows;
            if (inside) {
                part.copy(y * part.perRow + x, out);
            } else {
                copy(i, out);
            }
            out.write(0xFF);
            out.write(i == count() - 1 ? EOI : RST0 + i % 8);
        }
        return out.toByteArray();
    }

    private int count() {
        return starts.length - 1;
    }

    private void copy(int interval, ByteArrayOutputStream out) {
        out.write(file, starts[interval], starts[interval + 1] - 2 - starts[interval]);
    }

    private static int headerEnd(byte[] file) {
        int at = 2;
        while (true) {
            int marker = file[at + 1] & 0xFF;
            at += 2 + ((file[at + 2] & 0xFF) << 8 | file[at + 3] & 0xFF);
            if (marker == SOS) {
                return at;
            }
        }
    }

    private static int[] starts(byte[] file, int headerEnd) {
        int[] starts = new int[1024];
        int count = 1;
        starts[0] = headerEnd;
        for (int at = headerEnd; at < file.length - 1; at++) {
            boolean marker = file[at] == (byte) 0xFF && file[at + 1] != 0;
            if (marker) {
                if (count == starts.length) {
                    starts = Arrays.copyOf(starts, count * 2);
                }
                starts[count++] = at + 2;
            }
        }
        return Arrays.copyOf(starts, count);
    }
}
