package dev.headroom.queue.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FloorsTest {
    private static final int QUEUE = 1;
    private static final Slot SLOT = new Slot(4, 2);

    private final AtomicLong clock = new AtomicLong();
    private final Floors floors = new Floors(clock::get);

    /** A claim that takes 100 jobs up to a position, while so many are drawn, in a transaction, when another is the oldest in progress. */
    private void claim(long through, long drawn, long transaction, long oldest) {
        clock.addAndGet(Duration.ofMillis(60).toNanos());
        Floors.Pass pass = floors.pass(QUEUE);
        pass.took(0b1111, 100, through == Long.MAX_VALUE ? null : Floors.Place.of(4, 2, 0, through));
        if (pass.wantsLook()) {
            pass.looked(drawn, transaction, oldest);
        }
        floors.committed(pass);
    }

    private long floor() {
        return floors.pass(QUEUE).floor(SLOT);
    }

    @Test
    void followsTheClaimsOnceTheTransactionsBeforeHaveEnded() {
        claim(100, 1_000, 10, 10); // the first look comes with the claim after
        claim(200, 2_000, 11, 11);
        claim(300, 3_000, 12, 12); // 2,000 was drawn before transaction 12 began, and all before that have ended
        assertThat(floor()).as("the claim itself had begun before").isZero();
        claim(400, 4_000, 13, 13);
        assertThat(floor()).isEqualTo(400);
        claim(Long.MAX_VALUE, 5_000, 14, 14);
        assertThat(floor())
                .as("nothing was left, but what is drawn since may not be committed")
                .isEqualTo(3_000);
    }

    @Test
    void waitsForATransactionThatIsInProgress() {
        for (int claim = 1; claim <= 10; claim++) {
            claim(100L * claim, 1_000L * claim, 10 + claim, 5);
        }
        assertThat(floor()).isZero();
    }

    @Test
    void doesNotWaitLongForATransactionThatIsInProgress() {
        for (int claim = 1; claim <= 100; claim++) {
            claim(100L * claim, 1_000L * claim, 10 + claim, 5);
        }
        assertThat(floor()).isPositive();
    }

    @Test
    void goesBelowAJobThatIsReadyThere() {
        for (int claim = 1; claim <= 10; claim++) {
            claim(100L * claim, 1_000L * claim, 10 + claim, 10 + claim);
        }
        Floors.Pass begunBefore = floors.pass(QUEUE);
        floors.lower(QUEUE, SLOT, 150);
        assertThat(floor()).isEqualTo(149);
        begunBefore.took(0b1111, 1, Floors.Place.of(4, 2, 0, 1_000));
        floors.committed(begunBefore);
        assertThat(floor()).as("a claim that had begun before has not seen it").isEqualTo(149);
    }

    /** So much is settled, and there is no floor yet. */
    private void settle() {
        for (int claim = 1; claim <= 4; claim++) {
            claim(0, 1_000L * claim, 10 + claim, 10 + claim);
        }
        assertThat(floor()).isZero();
    }

    private Floors.Pass through(long position) {
        Floors.Pass pass = floors.pass(QUEUE);
        pass.took(0b1111, 60, Floors.Place.of(4, 2, 0, position));
        return pass;
    }

    private static List<Floors.Place> places(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(position -> Floors.Place.of(4, 2, 0, position))
                .toList();
    }

    @Test
    void isNotRaisedByAClaimOverWhatAnotherHadLockedAndLeft() {
        settle();
        Floors.Pass first = through(60); // of 250 that it has locked
        Floors.Pass second = through(310); // passes those by
        floors.committed(first);
        floors.left(QUEUE, places(61, 250));
        floors.committed(second);
        assertThat(floor()).isEqualTo(60);
        floors.committed(through(250)); // of the next that begins at the front
        assertThat(floor()).isEqualTo(250);
    }

    @Test
    void goesBelowWhatIsLeft() {
        settle();
        floors.committed(through(310));
        floors.left(QUEUE + 1, places(20, 30));
        assertThat(floor()).isEqualTo(310);
        floors.left(QUEUE, places(61, 250));
        assertThat(floor()).isEqualTo(60);
    }

    /** Jobs that one has locked, of which it runs the first ten. */
    private record AtWork(Floors.Pass pass, List<Long> locked) {}

    @Test
    void followsManyThatLeaveSomeOfWhatTheyHaveLocked() {
        for (int claim = 1; claim <= 4; claim++) {
            claim(0, 100_000L * claim, 10 + claim, 10 + claim);
        }
        TreeSet<Long> notDone =
                LongStream.rangeClosed(1, 50_000).boxed().collect(Collectors.toCollection(TreeSet::new));
        TreeSet<Long> free = new TreeSet<>(notDone);
        Deque<AtWork> atWork = new ArrayDeque<>();
        for (int transaction = 1; transaction <= 1_000; transaction++) {
            List<Long> locked = free.stream().limit(50).toList();
            locked.forEach(free::remove);
            atWork.add(new AtWork(through(locked.get(9)), locked));
            if (atWork.size() == 20) {
                AtWork ends = atWork.remove();
                ends.locked.subList(0, 10).forEach(notDone::remove);
                List<Long> left = ends.locked.subList(10, 50);
                free.addAll(left);
                floors.committed(ends.pass);
                floors.left(
                        QUEUE,
                        left.stream()
                                .map(position -> Floors.Place.of(4, 2, 0, position))
                                .toList());
                assertThat(floor()).isBetween(notDone.first() - 60, notDone.first() - 1);
            }
        }
        assertThat(notDone.first()).as("how far they have got").isGreaterThan(9_000);
    }

    @Test
    void takesNoLookOfTheServerBefore() {
        claim(100, 9_000_000, 10, 10);
        clock.addAndGet(Duration.ofMillis(60).toNanos());
        Floors.Pass straddles = floors.pass(QUEUE);
        straddles.took(0b1111, 100, Floors.Place.of(4, 2, 0, 8_000_000));
        straddles.looked(9_000_100, 11, 11);
        floors.begin();
        floors.committed(straddles);
        for (int claim = 1; claim <= 10; claim++) {
            claim(Long.MAX_VALUE, 1_000L * claim, 20 + claim, 20 + claim);
        }
        assertThat(floor())
                .as("no further than what the server that answers now has drawn")
                .isLessThanOrEqualTo(10_000);
    }

    @Test
    void followsAServerWhoseTransactionsAreBehindThoseOfTheOneBefore() {
        claim(100, 1_000, 1_000, 1_000);
        claim(200, 2_000, 1_001, 1_001);
        floors.begin();
        claim(300, 3_000, 10, 10);
        claim(400, 4_000, 11, 11);
        claim(500, 5_000, 12, 12);
        claim(600, 6_000, 13, 13);
        assertThat(floor()).isEqualTo(600);
    }

    @Test
    void takesNoLookThatIsOlderThanTheLastOne() {
        claim(100, 1_000, 10, 10);
        claim(200, 2_000, 11, 11);
        claim(300, 3_000, 12, 12);
        clock.addAndGet(Duration.ofMillis(60).toNanos());
        Floors.Pass first = through(300); // of a transaction that runs jobs for long
        first.looked(3_500, 13, 13);
        Floors.Pass second = through(300);
        second.looked(5_000, 14, 14);
        floors.committed(second);
        floors.committed(first);
        floors.committed(through(6_000));
        assertThat(floor())
                .as("5,000 may be drawn by a transaction that has got its number after that and is open")
                .isEqualTo(3_000);
    }

    @Test
    void isForgottenWhenJobsGoBackToTheirPlace() {
        for (int claim = 1; claim <= 10; claim++) {
            claim(100L * claim, 1_000L * claim, 10 + claim, 10 + claim);
        }
        floors.forget();
        assertThat(floor()).isZero();
    }

    @Test
    void jobsThatGoBackTakeTheFloorsOfTheirQueueAlone() {
        for (int i = 1; i <= 4; i++) {
            claim(i * 100L, i * 1_000L, 9 + i, 9 + i);
        }
        assertThat(floor()).isEqualTo(400);
        floors.forget(QUEUE + 1);
        assertThat(floor()).isEqualTo(400);
        floors.forget(QUEUE);
        assertThat(floor()).isZero();
    }
}
