package dev.headroom.examples.marketplace.images;

/** The file formats a seller may upload. */
public enum PictureFormat {
    JPEG("image/jpeg", "jpg"),
    PNG("image/png", "png");

    private final String contentType;
    private final String extension;

    PictureFormat(String contentType, String extension) {
        this.contentType = contentType;
        this.extension = extension;
    }

    /** The media type to serve the original with; never taken from what the browser claimed. */
    public String contentType() {
        return contentType;
    }

    /** The usual file extension, without the dot. */
    public String extension() {
        return extension;
    }
}
