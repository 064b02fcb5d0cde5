package dev.headroom.memcached.internal;

import dev.headroom.memcached.Item;
import java.util.Optional;
import java.util.function.Function;
import net.spy.memcached.ops.GetOperation;
import net.spy.memcached.ops.GetsOperation;
import net.spy.memcached.ops.OperationStatus;
import net.spy.memcached.ops.StatusCode;
import net.spy.memcached.ops.StoreOperation;
import org.jspecify.annotations.Nullable;

/** Turns spymemcached's callbacks, which come on its I/O thread, into the end of a {@link Call}. */
final class Callbacks {
    private Callbacks() {}

    /** For operations whose answer is a status; the function gives null for a status that is no answer. */
    static class OfStatus<T> implements StoreOperation.Callback, net.spy.memcached.ops.DeleteOperation.Callback {
        private final Call<T> call;
        private final Function<OperationStatus, @Nullable T> answer;

        OfStatus(Call<T> call, Function<OperationStatus, @Nullable T> answer) {
            this.call = call;
            this.answer = answer;
        }

        @Override
        public void receivedStatus(OperationStatus status) {
            T value = answer.apply(status);
            if (value != null) {
                call.succeed(value);
            } else {
                call.fail(status);
            }
        }

        @Override
        public void gotData(String key, long cas) {}

        @Override
        public void gotData(long cas) {}

        @Override
        public void complete() {}
    }

    /** For {@code get}. */
    static final class OfGet implements GetOperation.Callback {
        private final Call<Optional<byte[]>> call;
        private byte @Nullable [] value;

        OfGet(Call<Optional<byte[]>> call) {
            this.call = call;
        }

        @Override
        public void gotData(String key, int flags, byte[] data) {
            value = data;
        }

        @Override
        public void receivedStatus(OperationStatus status) {
            if (isAnswer(status)) {
                call.succeed(Optional.ofNullable(value));
            } else {
                call.fail(status);
            }
        }

        @Override
        public void complete() {}
    }

    /** For {@code gets}. */
    static final class OfGets implements GetsOperation.Callback {
        private final Call<Optional<Item>> call;
        private @Nullable Item item;

        OfGets(Call<Optional<Item>> call) {
            this.call = call;
        }

        @Override
        public void gotData(String key, int flags, long cas, byte[] data) {
            item = new Item(data, cas);
        }

        @Override
        public void receivedStatus(OperationStatus status) {
            if (isAnswer(status)) {
                call.succeed(Optional.ofNullable(item));
            } else {
                call.fail(status);
            }
        }

        @Override
        public void complete() {}
    }

    private static boolean isAnswer(OperationStatus status) {
        return status.isSuccess() || status.getStatusCode() == StatusCode.ERR_NOT_FOUND;
    }
}
