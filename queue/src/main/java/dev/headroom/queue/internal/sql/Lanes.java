package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Gives each lane of a queue its turn: of every priority and criticality, from as many lanes as there are jobs wanted, going on after the
 * lane that was served last. One probe of the index finds the next lane, however much waits in those before it.
 */
public final class Lanes {
    private static final String NEXT = "select lane from headroom_job where queue = ? and state = 0 and priority = ?"
            + " and criticality = ? and lane > ? order by queue, state, priority, criticality, lane limit 1";

    private static final String ANY = "select count(*) from (select 1 as one) x where "
            + Slot.ALL.stream()
                    .map(slot -> "exists (select 1 from headroom_job where queue = ? and state = 0 and priority = "
                            + slot.priority() + " and criticality = " + slot.criticality() + " and lane > 0)")
                    .collect(Collectors.joining(" or "));

    private Lanes() {}

    /** Whether any job of a queue that is ready has a lane; one probe of the index for each priority and criticality. */
    public static boolean any(Connection connection, int queue) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ANY)) {
            for (int slot = 1; slot <= Slot.COUNT; slot++) {
                select.setInt(slot, queue);
            }
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return rows.getInt(1) > 0;
            }
        }
    }

    /** Takes at most so many jobs of a lane. */
    @FunctionalInterface
    interface Take {
        /** Returns how many it took. */
        int jobs(Slot slot, int lane, int limit) throws SQLException;
    }

    /** @param slots those that may have jobs */
    static void serve(Connection connection, Claim claim, List<Slot> slots, Take take) throws SQLException {
        int wanted = claim.limit();
        for (Slot slot : slots) {
            if (claim.takes(slot.criticality()) && wanted > 0) {
                List<Integer> lanes = lanes(connection, claim, slot, wanted);
                for (int round = 0; round < 2 && wanted > 0; round++) {
                    // First an equal share each; then what is left to whoever has more.
                    int share = Math.max(1, round == 0 && !lanes.isEmpty() ? wanted / lanes.size() : wanted);
                    for (int lane : lanes) {
                        wanted -= wanted > 0 ? take.jobs(slot, lane, Math.min(share, wanted)) : 0;
                    }
                }
            }
        }
    }

    private static List<Integer> lanes(Connection connection, Claim claim, Slot slot, int most) throws SQLException {
        List<Integer> lanes = new ArrayList<>();
        int after = claim.afterLane();
        boolean wrapped = false;
        try (PreparedStatement next = connection.prepareStatement(NEXT)) {
            next.setInt(1, claim.queue());
            next.setInt(2, slot.priority());
            next.setInt(3, slot.criticality());
            while (lanes.size() < most) {
                next.setInt(4, after);
                try (ResultSet rows = next.executeQuery()) {
                    if (rows.next() && !lanes.contains(rows.getInt(1))) {
                        after = rows.getInt(1);
                        lanes.add(after);
                    } else if (!wrapped) {
                        wrapped = true;
                        after = -1;
                    } else {
                        break;
                    }
                }
            }
        }
        return lanes;
    }
}
