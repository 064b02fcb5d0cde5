package dev.headroom.flags;

import dev.headroom.HeadroomException;

/** Thrown when a {@link Gated} method is called while its flag is off. */
public final class FlagOffException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    private final String flag;

    /** Creates the exception. */
    public FlagOffException(String flag, String whenOff) {
        super("flag: " + flag + " is off (" + whenOff + ")");
        this.flag = flag;
    }

    /** The flag's name. */
    public String flag() {
        return flag;
    }
}
