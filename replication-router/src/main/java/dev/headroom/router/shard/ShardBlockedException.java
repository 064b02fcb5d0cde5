package dev.headroom.router.shard;

import java.sql.SQLTransientException;

/** A write that waited in vain for its logical database to have been moved. Nothing was done; it may be tried again. */
public final class ShardBlockedException extends SQLTransientException {
    private static final long serialVersionUID = 1;

    /** An exception with this message. */
    public ShardBlockedException(String message) {
        super(message, "57014");
    }
}
