package dev.headroom.examples.storm.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Node;

/** Writes JPEGs through the JDK's encoder, with what only its metadata can ask for: restart intervals and four inks. */
final class JpegWriter {
    private static final String TREE = "javax_imageio_jpeg_image_1.0";
    private static final float QUALITY = 0.85f;
    private static final int INKS = 4;

    private JpegWriter() {}

    /** A baseline JPEG of a colour or grey picture that restarts every so many blocks. */
    static byte[] restarting(BufferedImage picture, int interval) {
        return write(new IIOImage(picture, null, null), picture, false, interval);
    }

    static byte[] progressive(BufferedImage picture) {
        return write(new IIOImage(picture, null, null), picture, true, 0);
    }

    /** A baseline JPEG in cyan, magenta, yellow and black, stored inverted, from an RGB picture. */
    static byte[] inks(BufferedImage picture, int interval) {
        BufferedImage oneBand = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        return write(new IIOImage(separated(picture), null, null), oneBand, false, interval);
    }

    private static byte[] write(IIOImage image, BufferedImage typical, boolean progressive, int interval) {
        ImageWriter writer = jdkWriter();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(QUALITY);
            if (progressive) {
                param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            if (interval > 0) {
                IIOMetadata metadata =
                        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(typical), param);
                Node tree = metadata.getAsTree(TREE);
                edit(tree, interval, image.hasRaster());
                metadata.setFromTree(TREE, tree);
                image.setMetadata(metadata);
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

    private static void edit(Node tree, int interval, boolean inks) {
        Node markers = tree.getLastChild();
        if (inks) {
            Node variety = tree.getFirstChild();
            while (variety.hasChildNodes()) {
                variety.removeChild(variety.getFirstChild());
            }
            for (Node marker = markers.getFirstChild(); marker != null; marker = marker.getNextSibling()) {
                if (marker.getNodeName().startsWith("so")) {
                    repeatComponent((IIOMetadataNode) marker);
                }
            }
            markers.insertBefore(
                    node("app14Adobe", "version", 100, "flags0", 0, "flags1", 0, "transform", 0),
                    markers.getFirstChild());
        }
        markers.insertBefore(node("dri", "interval", interval), markers.getFirstChild());
    }

    /** Makes a frame or scan header of one component one of four, with ids from 1 on. */
    private static void repeatComponent(IIOMetadataNode header) {
        header.removeChild(header.getFirstChild());
        boolean frame = header.getNodeName().equals("sof");
        header.setAttribute(frame ? "numFrameComponents" : "numScanComponents", String.valueOf(INKS));
        for (int id = 1; id <= INKS; id++) {
            header.appendChild(
                    frame
                            ? node(
                                    "componentSpec",
                                    "componentId",
                                    id,
                                    "HsamplingFactor",
                                    1,
                                    "VsamplingFactor",
                                    1,
                                    "QtableSelector",
                                    0)
                            : node("scanComponentSpec", "componentSelector", id, "dcHuffTable", 0, "acHuffTable", 0));
        }
    }

    private static IIOMetadataNode node(String name, Object... attributes) {
        IIOMetadataNode node = new IIOMetadataNode(name);
        for (int i = 0; i < attributes.length; i += 2) {
            node.setAttribute((String) attributes[i], attributes[i + 1].toString());
        }
        return node;
    }

    private static Raster separated(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        WritableRaster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, INKS, null);
        int[] line = new int[width];
        byte[] separated = new byte[width * INKS];
        for (int y = 0; y < height; y++) {
            picture.getRGB(0, y, width, 1, line, 0, width);
            for (int x = 0; x < width; x++) {
                separate(line[x], separated, x * INKS);
            }
            inks.setDataElements(0, y, width, 1, separated);
        }
        return inks;
    }

    /** Black takes what the three colours have in common; the values are inverted: 255 is no ink. */
    private static void separate(int rgb, byte[] inks, int at) {
        int red = rgb >> 16 & 0xFF;
        int green = rgb >> 8 & 0xFF;
        int blue = rgb & 0xFF;
        int brightest = Math.max(1, Math.max(red, Math.max(green, blue)));
        inks[at] = (byte) (red * 255 / brightest);
        inks[at + 1] = (byte) (green * 255 / brightest);
        inks[at + 2] = (byte) (blue * 255 / brightest);
        inks[at + 3] = (byte) brightest;
    }

    /** Other encoders that plug into ImageIO read its metadata differently. */
    private static ImageWriter jdkWriter() {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
        while (writers.hasNext()) {
            ImageWriter writer = writers.next();
            if (writer.getClass().getName().startsWith("com.sun.imageio.")) {
                return writer;
            }
        }
        throw new IllegalStateException("The JDK's module java.desktop with its JPEG encoder is missing");
    }
}
