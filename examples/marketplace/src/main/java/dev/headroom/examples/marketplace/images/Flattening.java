package dev.headroom.examples.marketplace.images;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Brings every kind of decoded picture to opaque 8-bit RGB: palettes, greys, 16 bits, transparency on white. */
final class Flattening {
    private static final int WHITE = 255;

    private Flattening() {}

    static BufferedImage onWhite(BufferedImage decoded) {
        BufferedImage opaque = new BufferedImage(decoded.getWidth(), decoded.getHeight(), BufferedImage.TYPE_INT_RGB);
        if (needsOwnConversion(decoded.getColorModel())) {
            convert(decoded, opaque);
            return opaque;
        }
        Graphics2D graphics = opaque.createGraphics();
        try {
            graphics.drawImage(decoded, 0, 0, Color.WHITE, null);
        } finally {
            graphics.dispose();
        }
        return opaque;
    }

    /**
     * Java 2D takes grey for linear light where alpha or 16 bits come with it, and so brightens it; and it converts 16-bit
     * colours pixel by pixel through their profile. PNG's greys and colours are sRGB values already.
     */
    private static boolean needsOwnConversion(ColorModel model) {
        boolean grey = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        boolean deep = model.getComponentSize(0) == 16;
        return !(model instanceof IndexColorModel) && (grey || deep);
    }

    private static void convert(BufferedImage from, BufferedImage to) {
        Raster raster = from.getRaster();
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        int green = bands >= 3 ? 1 : 0;
        int blue = bands >= 3 ? 2 : 0;
        boolean alpha = from.getColorModel().hasAlpha();
        int shift = from.getColorModel().getComponentSize(0) - 8;
        int[] samples = new int[width * bands];
        int[] line = new int[width];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, samples);
            for (int x = 0, at = 0; x < width; x++, at += bands) {
                int opacity = alpha ? samples[at + bands - 1] >> shift : WHITE;
                line[x] = onWhite(samples[at] >> shift, opacity) << 16
                        | onWhite(samples[at + green] >> shift, opacity) << 8
                        | onWhite(samples[at + blue] >> shift, opacity);
            }
            to.setRGB(0, y, width, 1, line, 0, width);
        }
    }

    private static int onWhite(int sample, int opacity) {
        return WHITE - (WHITE - sample) * opacity / WHITE;
    }
}
