package dev.headroom.examples.marketplace.images;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;

/** Decodes an inspected picture, keeping only every n-th pixel of every n-th line while it reads. */
final class PictureDecoder {
    private final ImageReaderSpi jpeg = jpegReaders();

    /**
     * The JDK's own JPEG reader refuses CMYK; the TwelveMonkeys one reads it and leaves the rest to the JDK's. It is
     * registered here if need be, because ImageIO only finds plug-ins of the class loader that used it first.
     */
    private static ImageReaderSpi jpegReaders() {
        IIORegistry registry = IIORegistry.getDefaultInstance();
        ImageReaderSpi found = registry.getServiceProviderByClass(JPEGImageReaderSpi.class);
        if (found != null) {
            return found;
        }
        ImageReaderSpi added = new JPEGImageReaderSpi();
        registry.registerServiceProvider(added, ImageReaderSpi.class);
        return added;
    }

    /** @throws PictureRejectedException if the pixels cannot be decoded */
    BufferedImage decode(ImageInputStream in, Picture picture, int subsampling) throws IOException {
        ImageReader reader = readerFor(picture.format());
        try {
            reader.setInput(in, true, true);
            ImageReadParam param = reader.getDefaultReadParam();
            param.setSourceSubsampling(subsampling, subsampling, 0, 0);
            return reader.read(0, param);
        } catch (IOException | RuntimeException broken) {
            // Readers answer damage with any exception. The source is not to blame: the inspection has read all of it.
            throw PictureRejectedException.undecodable(broken);
        } finally {
            reader.dispose();
        }
    }

    private ImageReader readerFor(PictureFormat format) throws IOException {
        return format == PictureFormat.JPEG
                ? jpeg.createReaderInstance()
                : ImageIO.getImageReadersByFormatName("png").next();
    }

    /** A stream over the cached bytes, so that inspecting and decoding read the source once. */
    static InputStream streamOf(ImageInputStream cached) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return cached.read();
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return cached.read(target, offset, length);
            }
        };
    }
}
