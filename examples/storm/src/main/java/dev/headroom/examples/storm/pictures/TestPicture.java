package dev.headroom.examples.storm.pictures;

/**
 * A picture file to upload.
 *
 * @param index which one; its thumbnails carry the same number
 * @param fileName as a browser would send it
 * @param contentType as a browser would send it; it contradicts the bytes in some of the {@linkplain Broken broken} ones
 * @param width of the upright picture, in pixels
 * @param height of the upright picture, in pixels
 * @param description for people, such as {@code rotated (EXIF 6), 3000x4000}
 * @param bytes the file; not copied, so do not change it
 */
public record TestPicture(
        int index, String fileName, String contentType, int width, int height, String description, byte[] bytes) {}
