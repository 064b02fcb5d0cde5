package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.queue.internal.sql.ClaimedJob;
import java.lang.reflect.Proxy;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    private final Assignment assignment = new Assignment(
            new Share("queue", 1, 1),
            new ClaimedJob(7, 1, 1, "kind", 1, 1, 1, 0, 0, 0, 0, 0, 0, null, null, null, null, false),
            ConsistencyToken.NONE);
    private final List<String> order = new CopyOnWriteArrayList<>();

    @Test
    void aConnectionGoesOnOnlyWhenTheCancellationOfItsStatementIsOver() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch reachesTheServer = new CountDownLatch(1);
        Statement statement = (Statement) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Statement.class}, (proxy, method, arguments) -> {
                    asked.countDown();
                    reachesTheServer.await();
                    order.add(method.getName() + " is over");
                    return null;
                });
        CountDownLatch begun = new CountDownLatch(1);
        Thread worker = new Thread(() -> {
            assignment.begin(0);
            assignment.executing(statement);
            begun.countDown();
            awaitInterruption();
            assignment.executing(null);
            order.add("next statement, interrupted " + Thread.currentThread().isInterrupted());
            assignment.end();
        });
        worker.start();
        begun.await();
        assignment.interrupt(Assignment.Interruption.TIMEOUT);
        asked.await();
        await().atMost(Duration.ofSeconds(20)).until(() -> worker.getState() == Thread.State.TIMED_WAITING);
        reachesTheServer.countDown();
        worker.join();
        assertThat(order).containsExactly("cancel is over", "next statement, interrupted true");
    }

    /** As a driver does, which takes no notice but goes on some time. */
    private static void awaitInterruption() {
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }
}
