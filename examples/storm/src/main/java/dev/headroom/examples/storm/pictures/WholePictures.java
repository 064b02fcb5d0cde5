package dev.headroom.examples.storm.pictures;

import java.awt.AlphaComposite;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RadialGradientPaint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.ReentrantLock;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures of the kinds that have to be coded as a whole: progressive JPEGs and PNGs. */
final class WholePictures {
    /** Of 0 (small) to 1 (fast). */
    private static final float PNG_SPEED = 0.7f;

    private final Variety variety;
    private final Mark mark;
    private final BufferedImage canvas;
    private final ReentrantLock painting = new ReentrantLock();

    WholePictures(Variety variety, Mark mark, long seed) {
        this.variety = variety;
        this.mark = mark;
        this.canvas = new BufferedImage(variety.width(), variety.height(), imageType(variety));
        Scenery.paint(canvas, new Upright(variety.width(), variety.height(), 1), seed);
        if (variety == Variety.PROGRESSIVE) {
            Scenery.grain(canvas, seed);
        } else if (variety == Variety.ALPHA) {
            fade(canvas);
        }
    }

    /** Each number's plate covers the last one's, so that one canvas serves all. */
    byte[] picture(int index) {
        painting.lock();
        try {
            Graphics2D graphics = canvas.createGraphics();
            mark.paint(graphics, canvas.getWidth(), canvas.getHeight(), index);
            graphics.dispose();
            return variety == Variety.PROGRESSIVE ? JpegWriter.progressive(canvas) : png(canvas);
        } finally {
            painting.unlock();
        }
    }

    static byte[] png(BufferedImage picture) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(PNG_SPEED);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static void fade(BufferedImage picture) {
        Graphics2D graphics = picture.createGraphics();
        graphics.setComposite(AlphaComposite.DstIn);
        float x = picture.getWidth() / 2f;
        float y = picture.getHeight() / 2f;
        Color clear = new Color(0, 0, 0, 0);
        graphics.setPaint(new RadialGradientPaint(x, y, x, new float[] {0.6f, 1f}, new Color[] {Color.BLACK, clear}));
        graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        graphics.dispose();
    }

    private static int imageType(Variety variety) {
        return switch (variety) {
            case ALPHA -> BufferedImage.TYPE_4BYTE_ABGR;
            case PALETTE -> BufferedImage.TYPE_BYTE_INDEXED;
            default -> BufferedImage.TYPE_3BYTE_BGR;
        };
    }
}
