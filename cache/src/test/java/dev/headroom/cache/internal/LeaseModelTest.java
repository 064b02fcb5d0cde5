package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.internal.LeaseModel.Broken;
import dev.headroom.cache.internal.LeaseModel.Fault;
import dev.headroom.cache.internal.LeaseModel.Write;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every order of the steps of two loads, one or two writes with their drops, and a fault: no value older than a drop that has returned is ever good. A step is one
 * operation of the node, which is atomic there, or one of the source.
 */
@Tag("one-jdk")
class LeaseModelTest {
    /** Coprime to 30, or the hashes of all orders of the same steps would have the same rest. */
    private static final int USUAL_SAMPLE = 37;

    /** Of the orders that are many, one in so many is run; all of them in the soak run. */
    private static int sample = USUAL_SAMPLE;

    @ParameterizedTest
    @EnumSource(Fault.class)
    void noOrderOfKeyInvalidationsLeavesAStaleValue(Fault fault) {
        assertThat(explore(fault, Write.KEY, Broken.NOTHING)).isGreaterThanOrEqualTo(4200);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void noOrderOfTagDropsLeavesAStaleValue(Fault fault) {
        assertThat(explore(fault, Write.TAG, Broken.NOTHING)).isGreaterThanOrEqualTo(4200);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void noOrderOfPutsLeavesAStaleValue(Fault fault) {
        assertThat(explore(fault, Write.PUT, Broken.NOTHING)).isGreaterThanOrEqualTo(4200);
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource(Fault.class)
    void noOrderAtAllOfTagDropsLeavesAStaleValue(Fault fault) {
        sample = 1;
        try {
            System.out.println("soak: cache: lease model, tags, " + fault + ": "
                    + explore(fault, Write.TAG, Broken.NOTHING) + " orders, none stale");
        } finally {
            sample = USUAL_SAMPLE;
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void noOrderOfDropsLeavesWhatWasMadeOfAStaleValue(Fault fault) {
        for (Write write : Write.values()) {
            assertThat(explore(fault, write, Broken.NOTHING, true)).isGreaterThanOrEqualTo(4200);
        }
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource(Fault.class)
    void noOrderAtAllOfDropsLeavesWhatWasMadeOfAStaleValue(Fault fault) {
        sample = 1;
        try {
            for (Write write : Write.values()) {
                System.out.println("soak: cache: lease model, a load that keeps the value before, " + write + ", "
                        + fault + ": " + explore(fault, write, Broken.NOTHING, true) + " orders, none stale");
            }
        } finally {
            sample = USUAL_SAMPLE;
        }
    }

    @Test
    void withoutTheConditionThereAreStaleValues() {
        assertThatThrownBy(() -> explore(Fault.NONE, Write.KEY, Broken.CONDITION))
                .hasMessageContaining("after drop");
    }

    @Test
    void withoutTheCountFromBeforeTheLoadThereAreStaleValuesOfTags() {
        assertThatThrownBy(() -> explore(Fault.NONE, Write.TAG, Broken.STAMP)).hasMessageContaining("after drop");
    }

    @Test
    void whatIsKeptThoughTheLeaseIsOverNothingIsStale() {
        assertThatThrownBy(() -> explore(Fault.NONE, Write.KEY, Broken.FORMER, true))
                .hasMessageContaining("after drop");
    }

    @Test
    void whatIsKeptWithALaterCountIsStale() {
        assertThatThrownBy(() -> explore(Fault.NONE, Write.TAG, Broken.FORMER_STAMP, true))
                .hasMessageContaining("after drop");
    }

    private static int explore(Fault fault, Write write, Broken broken) {
        return explore(fault, write, broken, false);
    }

    /** The second load is of the usual kind, or keeps what was there before. */
    private static int explore(Fault fault, Write write, Broken broken, boolean keeps) {
        boolean tags = write == Write.TAG;
        int[] left = {tags ? 5 : 3, keeps ? 4 : 3, tags ? 3 : 4, fault == Fault.NONE ? 0 : 1};
        int steps = 0;
        for (int each : left) {
            steps += each;
        }
        Explored explored = new Explored(fault, write, broken, keeps, tags || keeps ? sample : 1);
        return explored.from(left, new int[steps], 0);
    }

    /** What is the same in all orders. */
    private record Explored(Fault fault, Write write, Broken broken, boolean keeps, int oneIn) {
        int from(int[] left, int[] order, int at) {
            if (at == order.length) {
                if (Math.floorMod(Arrays.hashCode(order), oneIn) == 0) {
                    new LeaseModel(fault, write, broken, keeps).run(order);
                }
                return 1;
            }
            int orders = 0;
            for (int actor = 0; actor < left.length; actor++) {
                if (left[actor] > 0) {
                    left[actor]--;
                    order[at] = actor;
                    orders += from(left, order, at + 1);
                    left[actor]++;
                }
            }
            return orders;
        }
    }
}
