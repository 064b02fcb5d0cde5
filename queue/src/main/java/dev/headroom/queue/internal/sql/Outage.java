package dev.headroom.queue.internal.sql;

import java.sql.SQLException;
import java.util.Set;

/**
 * What a database says when it is the server that can't do what it is asked at the time, whatever it is asked: it takes no writes, has no
 * room, or is going down. It says nothing of what was to be written.
 */
public final class Outage {
    private static final String READ_ONLY_TRANSACTION = "25006";

    /** Classes of states: lack of resources, an operator's intervention, an error outside of the database. */
    private static final Set<String> CLASSES = Set.of("53", "57", "58");

    /**
     * MariaDB's and MySQL's: the server is read-only by an option, by another, or to this transaction;
     * the disk or the table is full; no memory.
     */
    private static final Set<Integer> MARIADB = Set.of(1_290, 1_836, 1_792, 1_021, 1_114, 1_037, 1_041);

    /** H2's: an error of its file, the same with its name; the database is read-only; no memory. */
    private static final Set<Integer> H2 = Set.of(90_028, 90_031, 90_097, 90_108);

    private Outage() {}

    /** Whether it is one. A lost connection is none as such, see {@link Sql#isLost}, nor is a statement that had too little time. */
    public static boolean is(SQLException failure) {
        String state = failure.getSQLState();
        return !Sql.isOutOfTime(failure)
                && (state != null
                                && (state.equals(READ_ONLY_TRANSACTION)
                                        || state.length() == 5 && CLASSES.contains(state.substring(0, 2)))
                        || MARIADB.contains(failure.getErrorCode())
                        || H2.contains(failure.getErrorCode()));
    }
}
