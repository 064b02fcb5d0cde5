package dev.headroom.router.internal.dialect;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The last GTID of a domain, from MariaDB's list of one for each: {@code 0-1-100,1-7-12}.
 *
 * @param last the GTID, null where there is none
 */
record Gtids(@Nullable Gtid last) {
    /**
     * A global transaction id.
     *
     * @param domain its domain
     * @param server the server that wrote it
     * @param sequence its number, which grows over all servers of the domain
     */
    record Gtid(long domain, long server, long sequence) {}

    static Gtids of(@Nullable String list, int domain) throws SQLException {
        if (list == null || list.isBlank()) {
            return new Gtids(null);
        }
        Gtid found = null;
        for (String text : list.split(",")) {
            Gtid gtid = parse(text.strip());
            if (domain == MariaDb.ANY_DOMAIN && found != null) {
                throw new SQLException(
                        "gtid: " + list
                                + " (expected: one domain, or Dialects.mariaDb(domain) that names the one to follow)",
                        "0A000");
            }
            if (domain == MariaDb.ANY_DOMAIN || gtid.domain() == domain) {
                found = gtid;
            }
        }
        return new Gtids(found);
    }

    boolean isEmpty() {
        return last == null;
    }

    private static Gtid parse(String text) throws SQLException {
        String[] parts = text.split("-");
        try {
            if (parts.length == 3) {
                return new Gtid(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
            }
        } catch (NumberFormatException e) {
            throw new SQLException("gtid: " + text + " (expected: domain-server-sequence)", "22000", e);
        }
        throw new SQLException("gtid: " + text + " (expected: domain-server-sequence)", "22000");
    }
}
