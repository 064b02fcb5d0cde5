package dev.headroom.memcached.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ReplyTest {
    private final Reply<String> reply = new Reply<>();

    @Test
    void aThreadThatWaitsCompletesItItself() {
        AtomicReference<Thread> ranOn = new AtomicReference<>();
        CompletableFuture<Integer> length = reply.thenApply(text -> {
            ranOn.set(Thread.currentThread());
            return text.length();
        });
        AtomicReference<String> joined = new AtomicReference<>();
        Thread waiting = new Thread(() -> joined.set(reply.join()));
        waiting.start();
        await().until(() -> waiting.getState() == Thread.State.WAITING);

        assertThat(reply.end("answer", null)).isTrue();

        await().until(() -> joined.get() != null);
        assertThat(joined).hasValue("answer");
        assertThat(length.join()).isEqualTo(6);
        assertThat(ranOn).hasValue(waiting);
    }

    @Test
    void whatDependsOnItDoesNotRunWhereItEnds() {
        CompletableFuture<Integer> length = reply.thenApply(String::length);

        assertThat(reply.end("answer", null)).isFalse();
        assertThat(length).isNotDone();

        reply.settle();
        assertThat(length).isCompletedWithValue(6);
    }

    @Test
    void whoComesLateCompletesIt() {
        reply.end(null, new IllegalStateException("broken"));

        assertThatThrownBy(reply::join).isInstanceOf(CompletionException.class).hasRootCauseMessage("broken");
        assertThat(reply).isCompletedExceptionally();
    }

    @Test
    void severalMayWait() {
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiting.add(CompletableFuture.supplyAsync(reply::join, work -> new Thread(work).start()));
        }

        if (!reply.end("answer", null)) {
            reply.settle();
        }

        assertThat(waiting).allSatisfy(each -> assertThat(each.join()).isEqualTo("answer"));
    }

    @Test
    void anInterruptedThreadWaitsOnAndStaysInterrupted() {
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            reply.join();
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        waiting.start();
        await().until(() -> waiting.getState() == Thread.State.WAITING);
        waiting.interrupt();

        reply.end("answer", null);

        await().until(() -> interrupted.get() != null);
        assertThat(interrupted).hasValue(true);
    }

    @Test
    void aListenerThatFailsKeepsNobodyWaiting() {
        reply.whenEnded(failure -> {
            throw new IllegalStateException("a broken meter");
        });
        CompletableFuture<String> joined = CompletableFuture.supplyAsync(reply::join, work -> new Thread(work).start());

        if (!reply.end("answer", null)) {
            reply.settle();
        }

        assertThat(joined.join()).isEqualTo("answer");
    }

    @Test
    void itsListenerHearsOnceWhetherEarlyOrLate() {
        List<Throwable> heard = new ArrayList<>();
        Throwable broken = new IllegalStateException("broken");
        reply.whenEnded(heard::add);
        reply.end(null, broken);
        Reply<String> late = new Reply<>();
        late.end("answer", null);
        late.whenEnded(heard::add);

        assertThat(heard).containsExactly(broken, null);
    }
}
