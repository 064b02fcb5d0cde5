package dev.headroom.examples.marketplace.images;

/**
 * Says that an upload is not a picture the marketplace can show; its message is meant for the person who uploaded it.
 *
 * <p>It is final: the same bytes are rejected again, so neither the upload nor a job that meets it is worth a retry.
 */
public final class PictureRejectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why, for the program; the message says it to the person. */
    public enum Reason {
        /** Neither JPEG nor PNG, whatever its name says. */
        NOT_A_PICTURE(415),
        /** A JPEG or PNG of a kind that is not decoded here, such as 12-bit, lossless or arithmetic-coded JPEG. */
        UNSUPPORTED(415),
        /** More bytes than allowed. */
        TOO_LARGE(413),
        /** More pixels than allowed, or a longer side. */
        TOO_MANY_PIXELS(422),
        /** The end of the file is missing. */
        TRUNCATED(422),
        /** The file's structure contradicts itself, or its pixels cannot be decoded. */
        DAMAGED(422);

        private final int status;

        Reason(int status) {
            this.status = status;
        }

        /** The HTTP status that fits this reason. */
        public int status() {
            return status;
        }
    }

    private final Reason reason;

    PictureRejectedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static PictureRejectedException notAPicture(String finding) {
        return new PictureRejectedException(
                Reason.NOT_A_PICTURE, finding + " Please choose a photo in JPEG or PNG format.");
    }

    static PictureRejectedException unsupported(String kind) {
        return new PictureRejectedException(
                Reason.UNSUPPORTED,
                "This is " + kind + ", which cannot be shown here. Please save it as a plain JPEG or PNG.");
    }

    static PictureRejectedException tooLarge(long maxBytes) {
        String limit = maxBytes >= 1 << 20 ? (maxBytes >> 20) + " MB" : maxBytes + " bytes";
        return new PictureRejectedException(Reason.TOO_LARGE, "This file is larger than " + limit + ".");
    }

    static PictureRejectedException truncated() {
        return new PictureRejectedException(
                Reason.TRUNCATED, "The end of this picture is missing. Please upload it again from the original file.");
    }

    static PictureRejectedException damaged(String finding) {
        return new PictureRejectedException(Reason.DAMAGED, "This picture is damaged: " + finding + ".");
    }

    static PictureRejectedException undecodable(Throwable cause) {
        PictureRejectedException rejected = damaged("its pixels cannot be decoded");
        rejected.initCause(cause);
        return rejected;
    }

    public Reason reason() {
        return reason;
    }
}
