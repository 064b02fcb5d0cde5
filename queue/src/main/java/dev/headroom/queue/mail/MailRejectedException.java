package dev.headroom.queue.mail;

import dev.headroom.HeadroomException;
import org.jspecify.annotations.Nullable;

/** A mail will never be taken, such as for an address that there is not; to send it again is of no use. */
public final class MailRejectedException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    /** Says who refused what and why. */
    public MailRejectedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
