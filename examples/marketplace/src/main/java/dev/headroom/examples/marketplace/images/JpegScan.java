package dev.headroom.examples.marketplace.images;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Walks a JPEG from SOI to EOI (ITU-T T.81, annex B): segments by their length, entropy-coded data by its markers. */
final class JpegScan {
    /**
     * Real progressive files have around ten scans. The decoder produces the whole picture once per scan, so a small
     * file with thousands of empty ones would keep a core busy for minutes.
     */
    private static final int MAX_SCANS = 64;

    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP1 = 0xE1;
    private static final int TEM = 0x01;

    private final ScanInput input;
    private final PictureLimits limits;
    private @Nullable Picture frame;
    private Orientation orientation = Orientation.NORMAL;
    private int scans;

    private JpegScan(ScanInput input, PictureLimits limits) {
        this.input = input;
        this.limits = limits;
    }

    static boolean matches(byte[] head) {
        return head.length >= 3 && head[0] == (byte) 0xFF && head[1] == (byte) SOI && head[2] == (byte) 0xFF;
    }

    static Picture scan(ScanInput input, PictureLimits limits) throws IOException {
        return new JpegScan(input, limits).walk();
    }

    private Picture walk() throws IOException {
        input.skip(2);
        for (int marker = nextMarker(); marker != EOI; marker = nextMarker()) {
            if (standsAlone(marker)) {
                continue;
            }
            int length = input.u16() - 2;
            if (length < 0) {
                throw PictureRejectedException.damaged("a segment has an impossible length");
            }
            segment(marker, length);
        }
        if (frame == null || scans == 0) {
            throw PictureRejectedException.damaged("it contains no picture data");
        }
        return new Picture(PictureFormat.JPEG, frame.width(), frame.height(), orientation, 0);
    }

    private void segment(int marker, int length) throws IOException {
        if (isFrame(marker)) {
            frame(marker, input.bytes(length));
        } else if (marker == APP1 && orientation == Orientation.NORMAL) {
            orientation = ExifOrientation.ofApp1(input.bytes(length));
        } else {
            if (marker == SOS) {
                scanStarts();
            }
            input.skip(length);
        }
    }

    private void frame(int marker, byte[] segment) {
        if (marker > 0xC2) {
            throw PictureRejectedException.unsupported("a lossless, hierarchical or arithmetic-coded JPEG");
        }
        if (frame != null || segment.length < 6) {
            throw PictureRejectedException.damaged("its header is broken");
        }
        if (segment[0] != 8) {
            throw PictureRejectedException.unsupported("a JPEG with " + segment[0] + " bits per colour");
        }
        int components = segment[5];
        if (components != 1 && components != 3 && components != 4) {
            throw PictureRejectedException.unsupported("a JPEG with " + (components & 0xFF) + " colour channels");
        }
        int height = (segment[1] & 0xFF) << 8 | segment[2] & 0xFF;
        int width = (segment[3] & 0xFF) << 8 | segment[4] & 0xFF;
        limits.check(width, height);
        frame = new Picture(PictureFormat.JPEG, width, height, Orientation.NORMAL, 0);
    }

    private void scanStarts() {
        if (frame == null) {
            throw PictureRejectedException.damaged("picture data comes before its header");
        }
        if (++scans > MAX_SCANS) {
            throw PictureRejectedException.unsupported("a JPEG with more than " + MAX_SCANS + " scans");
        }
    }

    /** The next marker, passing over entropy-coded data, stuffed zeros and fill bytes. */
    private int nextMarker() throws IOException {
        while (true) {
            input.skipPast(0xFF);
            int code = input.u8();
            while (code == 0xFF) {
                code = input.u8();
            }
            if (code != 0) {
                return code;
            }
        }
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static boolean standsAlone(int marker) {
        return marker >= 0xD0 && marker <= SOI || marker == TEM;
    }
}
