package dev.headroom.transaction;

/** How a transaction, or the part of one, ended. */
public enum TransactionEnd {
    /** What was done stays. */
    COMMITTED,
    /** What was done is undone. */
    ROLLED_BACK,
    /** The commit failed in a way that does not tell. */
    UNKNOWN
}
