package dev.headroom.examples.marketplace.web;

import dev.headroom.examples.marketplace.photos.Photos;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Multipart forms, and what can be wrong with them. */
final class Uploads {
    private static final long FORM_BYTES = 64 << 10;
    private static final int IN_MEMORY = 256 << 10;

    private Uploads() {}

    /** The limits of a form with one photograph. */
    static MultipartConfigElement limits(Path temporary) {
        return new MultipartConfigElement(
                temporary.toString(), Photos.MAXIMUM_BYTES, Photos.MAXIMUM_BYTES + FORM_BYTES, IN_MEMORY);
    }

    /** A file of the form, null if there is none. */
    static @Nullable Part part(HttpServletRequest request, String name) throws TooLarge, Broken {
        try {
            return request.getPart(name);
        } catch (IllegalStateException e) {
            throw new TooLarge(e);
        } catch (IOException | ServletException e) {
            throw new Broken(e);
        }
    }

    /** A file, or the form, has too many bytes. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1L;

        TooLarge(Throwable cause) {
            super(cause);
        }

        String sentence() {
            return "A photograph may have " + (Photos.MAXIMUM_BYTES >> 20) + " MB at most.";
        }
    }

    /** The form is not one, or did not arrive whole. */
    static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;

        Broken(Throwable cause) {
            super(cause);
        }

        String sentence() {
            return "The upload did not arrive whole. Please try again.";
        }
    }
}
