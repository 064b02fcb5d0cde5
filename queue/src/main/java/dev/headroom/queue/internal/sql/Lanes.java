package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives each lane of a queue its turn: of every priority and criticality, from as many lanes as there are jobs wanted, going on after the
 * lane that was served last. One probe of the index finds the next lane, however much waits in those before it.
 */
final class Lanes {
    private static final String NEXT = "select lane from headroom_job where queue = ? and state = 0 and priority = ?"
            + " and criticality = ? and lane > ? order by queue, state, priority, criticality, lane limit 1";

    private Lanes() {}

    /** One place in the order of a queue that has jobs. */
    record Slot(int priority, int criticality) {}

    /** Takes at most so many jobs of a lane. */
    @FunctionalInterface
    interface Take {
        /** Returns how many it took. */
        int jobs(Slot slot, int lane, int limit) throws SQLException;
    }

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
