package dev.headroom.examples.storm.pictures;

/** The kinds of uploads that a site has to refuse. */
public enum Broken {
    TRUNCATED_JPEG("image/jpeg", "jpg"),
    TRUNCATED_PNG("image/png", "png"),
    TEXT_AS_JPEG("image/jpeg", "jpg"),
    GIF_AS_PNG("image/png", "png"),
    /** A valid JPEG of more than 20 MiB. */
    OVERSIZE("image/jpeg", "jpg"),
    /** A PNG of a few hundred bytes whose header claims 3.6 gigapixels. */
    PNG_BOMB("image/png", "png");

    private final String contentType;
    private final String extension;

    Broken(String contentType, String extension) {
        this.contentType = contentType;
        this.extension = extension;
    }

    /** What a browser would claim, going by the file's name. */
    public String contentType() {
        return contentType;
    }

    String extension() {
        return extension;
    }
}
