package dev.headroom.examples.marketplace.images;

/**
 * One finished small picture: a JPEG without metadata.
 *
 * @param size what was asked for
 * @param width what came out, at most the size's
 * @param height what came out, at most the size's
 * @param jpeg the file; not copied, so do not change it
 */
public record Thumbnail(ThumbnailSize size, int width, int height, byte[] jpeg) {
    /** The media type of {@link #jpeg()}. */
    public static final String CONTENT_TYPE = "image/jpeg";
}
