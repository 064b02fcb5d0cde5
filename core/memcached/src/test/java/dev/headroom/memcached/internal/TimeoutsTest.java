package dev.headroom.memcached.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.memcached.MemcachedException;
import dev.headroom.memcached.MemcachedException.Kind;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import net.spy.memcached.ops.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeoutsTest {
    private final NodeAddress address = NodeAddress.list("a:11211").get(0);
    private final Workers workers = new Workers(null);

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void anOperationWhoseEndGoesWrongDoesNotKeepOthersFromEnding() {
        Timeouts timeouts = new Timeouts(workers, TimeUnit.MILLISECONDS.toNanos(20));
        Call<String> broken = call();
        broken.begin(failing());
        broken.start(timeouts);
        Call<String> next = call();
        next.start(timeouts);
        assertThat(kind(next)).isEqualTo(Kind.TIMEOUT);
        Call<String> later = call();
        later.start(timeouts);
        assertThat(kind(later)).isEqualTo(Kind.TIMEOUT);
    }

    @Test
    void whatBeginsAfterClosingEndsAtOnce() {
        Timeouts timeouts = new Timeouts(workers, TimeUnit.HOURS.toNanos(1));
        Call<String> early = call();
        early.start(timeouts);
        timeouts.close();
        Call<String> late = call();
        late.start(timeouts);
        assertThat(kind(early)).isEqualTo(Kind.UNAVAILABLE);
        assertThat(kind(late)).isEqualTo(Kind.UNAVAILABLE);
    }

    private Call<String> call() {
        return new Call<>(address, workers);
    }

    /** One that can't be told that its time is over. */
    private static Operation failing() {
        return (Operation) java.lang.reflect.Proxy.newProxyInstance(
                Operation.class.getClassLoader(), new Class<?>[] {Operation.class}, (proxy, method, arguments) -> {
                    throw new IllegalStateException("no");
                });
    }

    private static Kind kind(Call<String> ended) {
        Throwable[] cause = new Throwable[1];
        assertThatThrownBy(() -> ended.result().orTimeout(20, TimeUnit.SECONDS).join())
                .isInstanceOfSatisfying(CompletionException.class, failed -> cause[0] = failed.getCause());
        return ((MemcachedException) cause[0]).kind();
    }
}
