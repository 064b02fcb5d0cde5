package dev.headroom.memcached.internal;

import dev.headroom.memcached.CasOutcome;
import dev.headroom.memcached.Item;
import dev.headroom.memcached.MemcachedException;
import dev.headroom.memcached.MemcachedException.Kind;
import dev.headroom.memcached.MemcachedPort;
import dev.headroom.memcached.MetaGet;
import dev.headroom.memcached.MetaReply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import net.spy.memcached.OperationFactory;
import net.spy.memcached.ops.Mutator;
import net.spy.memcached.ops.Operation;
import net.spy.memcached.ops.OperationStatus;
import net.spy.memcached.ops.StatusCode;
import org.jspecify.annotations.Nullable;

/** One node through spymemcached, in the text protocol. Expects safe keys. */
final class SpyPort implements MemcachedPort, AutoCloseable {
    private static final String ANY_KEY = "-";

    private final NodeAddress address;
    private final Workers workers;
    private final Connection connection;
    private final Timeouts timeouts;

    SpyPort(NodeAddress address, Workers workers, Connection connection, Duration operationTimeout) {
        this.address = address;
        this.workers = workers;
        this.connection = connection;
        this.timeouts = new Timeouts(workers, operationTimeout.toNanos());
    }

    @Override
    public CompletionStage<Optional<byte[]>> get(String key) {
        Call<Optional<byte[]>> call = call();
        return run(call, key, factory -> factory.get(key, new Callbacks.OfGet(call)));
    }

    @Override
    public CompletionStage<Optional<Item>> gets(String key) {
        Call<Optional<Item>> call = call();
        return run(call, key, factory -> factory.gets(key, new Callbacks.OfGets(call)));
    }

    @Override
    public CompletionStage<List<Optional<Item>>> getsAll(List<String> keys) {
        return several(keys, "gets ", "", SpyPort::items);
    }

    private static @Nullable List<Optional<Item>> items(List<MetaReply> replies) {
        List<Optional<Item>> items = new ArrayList<>(replies.size());
        for (MetaReply reply : replies) {
            byte[] value = reply.value();
            items.add(
                    value == null
                            ? Optional.empty()
                            : Optional.of(new Item(value, reply.number('c').orElse(0))));
        }
        return items;
    }

    /** One command for each, of which each has one answer. */
    private <T> CompletionStage<List<T>> several(
            List<String> keys, String before, String after, Function<List<MetaReply>, @Nullable List<T>> answer) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        StringBuilder commands = new StringBuilder();
        keys.forEach(key -> commands.append(before).append(key).append(after).append("\r\n"));
        Call<List<T>> call = call();
        byte[] bytes = commands.toString().getBytes(StandardCharsets.US_ASCII);
        return run(call, keys.get(0), factory -> new MetaOperation<>(bytes, keys.size(), answer, call));
    }

    @Override
    public CompletionStage<Void> set(String key, byte[] value, Duration ttl) {
        return store("set", key, value, ttl).thenApply(stored -> null);
    }

    @Override
    public CompletionStage<Boolean> add(String key, byte[] value, Duration ttl) {
        return store("add", key, value, ttl);
    }

    @Override
    public CompletionStage<CasOutcome> cas(String key, long cas, byte[] value, Duration ttl) {
        String command = "cas " + key + " 0 " + seconds(ttl) + " " + value.length + " " + Long.toUnsignedString(cas);
        return stored(key, command, value, SpyPort::casOutcome);
    }

    @Override
    public CompletionStage<Boolean> touch(String key, Duration ttl) {
        Call<Boolean> call = call();
        var callback = new Callbacks.OfStatus<>(call, SpyPort::found);
        return run(call, key, factory -> factory.touch(key, seconds(ttl), callback));
    }

    @Override
    public CompletionStage<List<Boolean>> touchAll(List<String> keys, Duration ttl) {
        return several(
                keys,
                "touch ",
                " " + seconds(ttl),
                replies -> replies.stream().map(reply -> reply.is("TOUCHED")).toList());
    }

    @Override
    public CompletionStage<Boolean> delete(String key) {
        Call<Boolean> call = call();
        var callback = new Callbacks.OfStatus<>(call, SpyPort::found);
        return run(call, key, factory -> factory.delete(key, callback));
    }

    @Override
    public CompletionStage<Optional<Long>> increment(String key, long by) {
        Call<Optional<Long>> call = call();
        var callback = new Callbacks.OfStatus<>(call, SpyPort::number);
        return run(call, key, factory -> factory.mutate(Mutator.incr, key, by, 0, 0, callback));
    }

    @Override
    public CompletionStage<MetaReply> metaGet(String key, String flags) {
        return meta(key, "mg " + key + " " + flags, null);
    }

    @Override
    public CompletionStage<List<MetaReply>> metaGetAll(List<MetaGet> gets) {
        if (gets.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        StringBuilder commands = new StringBuilder();
        for (MetaGet get : gets) {
            commands.append("mg ")
                    .append(get.key())
                    .append(' ')
                    .append(get.flags())
                    .append("\r\n");
        }
        Call<List<MetaReply>> call = call();
        byte[] bytes = commands.toString().getBytes(StandardCharsets.US_ASCII);
        return run(call, gets.get(0).key(), factory -> new MetaOperation<>(bytes, gets.size(), List::copyOf, call));
    }

    @Override
    public CompletionStage<MetaReply> metaSet(String key, byte[] value, String flags) {
        return meta(key, "ms " + key + " " + value.length + " " + flags, value);
    }

    @Override
    public CompletionStage<MetaReply> metaDelete(String key, String flags) {
        return meta(key, "md " + key + " " + flags, null);
    }

    @Override
    public CompletionStage<Boolean> knowsMeta() {
        return meta(ANY_KEY, "mn", null).thenApply(reply -> reply.is("MN")).exceptionallyCompose(SpyPort::unknown);
    }

    private static CompletionStage<Boolean> unknown(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        boolean answered = failure instanceof MemcachedException known && known.kind() == Kind.REFUSED;
        return answered ? CompletableFuture.completedFuture(false) : CompletableFuture.failedFuture(failure);
    }

    private CompletionStage<MetaReply> meta(String key, String command, byte @Nullable [] data) {
        Call<MetaReply> call = call();
        byte[] bytes = MetaOperation.bytes(command.strip(), data);
        return run(call, key, factory -> new MetaOperation<>(bytes, 1, replies -> replies.get(0), call));
    }

    @Override
    public long connectionNumber() {
        return connection.number();
    }

    @Override
    public CompletionStage<String> version() {
        Call<String> call = call();
        var callback = new Callbacks.OfStatus<String>(call, status -> status.isSuccess() ? status.getMessage() : null);
        return run(call, ANY_KEY, factory -> factory.version(callback));
    }

    private CompletionStage<Boolean> store(String type, String key, byte[] value, Duration ttl) {
        return stored(key, type + " " + key + " 0 " + seconds(ttl) + " " + value.length, value, SpyPort::isStored);
    }

    private <T> CompletionStage<T> stored(
            String key, String command, byte[] value, Function<MetaReply, @Nullable T> answer) {
        Call<T> call = call();
        byte[] bytes = MetaOperation.bytes(command, value);
        return run(call, key, factory -> new MetaOperation<>(bytes, 1, replies -> answer.apply(replies.get(0)), call));
    }

    /** Operations under way fail, for nobody will answer them. */
    @Override
    public void close() {
        timeouts.close();
    }

    private <T> Call<T> call() {
        return new Call<>(address, workers);
    }

    private <T> CompletionStage<T> run(Call<T> call, String key, Function<OperationFactory, Operation> make) {
        connection.whenSettled(() -> {
            call.start(timeouts);
            SpyClient client = connection.client();
            if (client == null) {
                call.fail(Kind.UNAVAILABLE, connection.trouble(), null);
            } else if (!call.isEnded()) {
                enqueue(client, call, key, make.apply(client.operations()));
            }
        });
        return call.result();
    }

    private static <T> void enqueue(SpyClient client, Call<T> call, String key, Operation operation) {
        call.begin(operation);
        try {
            client.enqueue(key, operation);
        } catch (IllegalStateException full) {
            // Thrown by spymemcached for a full queue, and after its shutdown.
            call.fail(Kind.OVERLOADED, "not accepted", full);
        }
    }

    private static int seconds(Duration ttl) {
        if (ttl.isZero()) {
            return 0;
        }
        long seconds = ttl.toSeconds() + (ttl.toNanosPart() > 0 ? 1 : 0);
        return (int) Math.min(Math.max(seconds, 1), LONGEST_TTL_SECONDS);
    }

    private static @Nullable Boolean isStored(MetaReply reply) {
        return reply.is("STORED") ? Boolean.TRUE : reply.is("NOT_STORED") ? Boolean.FALSE : null;
    }

    private static @Nullable Boolean found(OperationStatus status) {
        if (status.isSuccess()) {
            return Boolean.TRUE;
        }
        return status.getStatusCode() == StatusCode.ERR_NOT_FOUND ? Boolean.FALSE : null;
    }

    private static @Nullable CasOutcome casOutcome(MetaReply reply) {
        return switch (reply.code()) {
            case "STORED" -> CasOutcome.STORED;
            case "EXISTS" -> CasOutcome.EXISTS;
            case "NOT_FOUND" -> CasOutcome.NOT_FOUND;
            default -> null;
        };
    }

    private static @Nullable Optional<Long> number(OperationStatus status) {
        if (status.isSuccess()) {
            return Optional.of(Long.parseUnsignedLong(status.getMessage().strip()));
        }
        return status.getStatusCode() == StatusCode.ERR_NOT_FOUND ? Optional.empty() : null;
    }
}
