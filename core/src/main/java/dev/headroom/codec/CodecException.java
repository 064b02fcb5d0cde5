package dev.headroom.codec;

import dev.headroom.HeadroomException;
import org.jspecify.annotations.Nullable;

/** Thrown when a value has no bytes or bytes have no value; never carries the value itself. */
public final class CodecException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public CodecException(String message) {
        super(message);
    }

    /** Creates the exception with its cause. */
    public CodecException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
