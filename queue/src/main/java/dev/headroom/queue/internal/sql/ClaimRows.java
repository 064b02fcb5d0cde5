package dev.headroom.queue.internal.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Reads the rows of a claim; their columns are id, kind, attempt, max_attempts, criticality, waited, trace, user_id, payload, flags, lane,
 * kind_version, crashes, created_at in microseconds since 1970, and wherever they are limit_key and held.
 */
final class ClaimRows {
    /** What becomes of the unique key with a claim, and of the slot of a limited job. */
    static final String CLAIMED = "unique_key = case when mod(flags, 2) = 1 then null else unique_key end,"
            + " held = case when limit_key is null then 0 else greatest(held, 1) end";

    private ClaimRows() {}

    static ClaimedJob read(ResultSet rows, Claim claim) throws SQLException {
        return new ClaimedJob(
                rows.getLong(1),
                claim.lease(),
                claim.queue(),
                rows.getString(2),
                rows.getInt(12),
                rows.getInt(3),
                rows.getInt(4),
                rows.getInt(5),
                rows.getInt(10),
                rows.getInt(11),
                rows.getInt(13),
                rows.getLong(14),
                Math.max(0, rows.getLong(6)),
                rows.getString(7),
                rows.getString(8),
                rows.getString(9),
                rows.getString("limit_key"),
                rows.getInt("held") == LimitRows.GRANTED);
    }
}
