package dev.headroom.examples.marketplace.images;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Pictures of every kind, made on the spot: four coloured quarters, so that a turned or miscoloured one shows. */
final class SamplePictures {
    static final Color[] QUARTERS = {Color.RED, Color.GREEN, Color.BLUE, Color.YELLOW};

    private SamplePictures() {}

    /** Red and green above blue and yellow. */
    static BufferedImage quarters(int width, int height, int type) {
        BufferedImage picture = new BufferedImage(width, height, type);
        Graphics2D graphics = picture.createGraphics();
        for (int i = 0; i < QUARTERS.length; i++) {
            graphics.setColor(QUARTERS[i]);
            graphics.fillRect(i % 2 * width / 2, i / 2 * height / 2, width / 2 + 1, height / 2 + 1);
        }
        graphics.dispose();
        return picture;
    }

    static BufferedImage quarters(int width, int height) {
        return quarters(width, height, BufferedImage.TYPE_3BYTE_BGR);
    }

    static byte[] jpeg(int width, int height) {
        return write("jpeg", quarters(width, height), false);
    }

    static byte[] progressiveJpeg(int width, int height) {
        return write("jpeg", quarters(width, height), true);
    }

    static byte[] png(BufferedImage picture) {
        return write("png", picture, false);
    }

    static byte[] interlacedPng(BufferedImage picture) {
        return write("png", picture, true);
    }

    static byte[] greyJpeg(int width, int height, int grey) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        Arrays.fill(((DataBufferByte) picture.getRaster().getDataBuffer()).getData(), (byte) grey);
        return write("jpeg", picture, false);
    }

    /** The quarters in four inks, stored inverted as Adobe's programs do; {@code transform} 0 is CMYK, 2 is YCCK. */
    static byte[] cmykJpeg(int width, int height, int transform) {
        BufferedImage rgb = quarters(width, height);
        WritableRaster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, 4, null);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                Color colour = new Color(rgb.getRGB(x, y));
                // Without black ink, inverted cyan, magenta and yellow are red, green and blue.
                int[] stored = {colour.getRed(), colour.getGreen(), colour.getBlue(), 255};
                inks.setPixel(x, y, transform == 2 ? ycck(stored) : stored);
            }
        }
        byte[] adobe = {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform};
        return withSegment(writeRaster(inks), 0xEE, adobe);
    }

    /** Encoders take what is stored for inks, and turn the inks' complement into luma and chroma. */
    private static int[] ycck(int[] stored) {
        double r = 255 - stored[0];
        double g = 255 - stored[1];
        double b = 255 - stored[2];
        return new int[] {
            clamp(0.299 * r + 0.587 * g + 0.114 * b),
            clamp(128 - 0.168736 * r - 0.331264 * g + 0.5 * b),
            clamp(128 + 0.5 * r - 0.418688 * g - 0.081312 * b),
            stored[3]
        };
    }

    private static int clamp(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }

    /** The quarters at 16 bits per colour, over alpha if asked for. */
    static byte[] deepPng(int width, int height, boolean alpha) {
        ComponentColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB),
                alpha,
                false,
                alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
                DataBuffer.TYPE_USHORT);
        WritableRaster raster = model.createCompatibleWritableRaster(width, height);
        BufferedImage rgb = quarters(width, height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                Color colour = new Color(rgb.getRGB(x, y));
                int[] samples = {colour.getRed() * 257, colour.getGreen() * 257, colour.getBlue() * 257, 0xFFFF};
                raster.setPixel(x, y, Arrays.copyOf(samples, alpha ? 4 : 3));
            }
        }
        return png(new BufferedImage(model, raster, false, null));
    }

    /** One grey everywhere, with a constant alpha, at 8 or 16 bits. */
    static byte[] greyAlphaPng(int width, int height, int grey, int alpha, int bits) {
        ComponentColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY),
                true,
                false,
                Transparency.TRANSLUCENT,
                bits == 16 ? DataBuffer.TYPE_USHORT : DataBuffer.TYPE_BYTE);
        int factor = bits == 16 ? 257 : 1;
        WritableRaster raster = model.createCompatibleWritableRaster(width, height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                raster.setPixel(x, y, new int[] {grey * factor, alpha * factor});
            }
        }
        return png(new BufferedImage(model, raster, false, null));
    }

    /** A JPEG with EXIF data that holds nothing but an orientation. */
    static byte[] withOrientation(byte[] jpeg, int orientation, boolean littleEndian) {
        return withSegment(jpeg, 0xE1, exif(orientation, littleEndian));
    }

    static byte[] exif(int orientation, boolean littleEndian) {
        ByteArrayOutputStream exif = new ByteArrayOutputStream();
        exif.writeBytes(new byte[] {'E', 'x', 'i', 'f', 0, 0});
        exif.writeBytes(tiff(orientation, littleEndian));
        return exif.toByteArray();
    }

    static byte[] tiff(int orientation, boolean littleEndian) {
        int o = orientation;
        return littleEndian
                ? bytes('I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, o, 0, 0, 0, 0, 0, 0, 0)
                : bytes('M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, o, 0, 0, 0, 0, 0, 0);
    }

    /** A JPEG with one more segment right after its start. */
    static byte[] withSegment(byte[] jpeg, int marker, byte[] body) {
        int length = body.length + 2;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        out.writeBytes(bytes(0xFF, marker, length >> 8, length & 0xFF));
        out.writeBytes(body);
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static BufferedImage read(byte[] picture) {
        try {
            return ImageIO.read(new ByteArrayInputStream(picture));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] write(String format, BufferedImage picture, boolean progressive) {
        return write(format, new IIOImage(picture, null, null), progressive);
    }

    private static byte[] writeRaster(Raster raster) {
        return write("jpeg", new IIOImage(raster, null, null), false);
    }

    private static byte[] write(String format, IIOImage image, boolean progressive) {
        ImageWriter writer = jdkWriter(format);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (progressive) {
                param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.setOutput(out);
            writer.write(null, image, param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** The JDK's writers put four bands down as they are, which is what CMYK needs. */
    private static ImageWriter jdkWriter(String format) {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName(format);
        while (writers.hasNext()) {
            ImageWriter writer = writers.next();
            if (writer.getClass().getName().startsWith("com.sun.")) {
                return writer;
            }
        }
        throw new IllegalStateException("no writer for " + format);
    }
}
