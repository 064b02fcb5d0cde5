package dev.headroom.flags.internal;

import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.MethodSite;
import dev.headroom.config.ConfigurationException;
import dev.headroom.flags.Flag;
import dev.headroom.flags.FlagOffException;
import dev.headroom.flags.Flags;
import dev.headroom.flags.Gated;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives {@link Gated} its behaviour.
 *
 * @param flags where the flags are
 */
public record GatedInterceptor(Flags flags) implements Interceptor<Gated> {
    private static final Map<Class<?>, Supplier<@Nullable Object>> EMPTY = Map.ofEntries(
            Map.entry(void.class, () -> null),
            Map.entry(Optional.class, Optional::empty),
            Map.entry(List.class, List::of),
            Map.entry(Collection.class, List::of),
            Map.entry(Iterable.class, List::of),
            Map.entry(Set.class, Set::of),
            Map.entry(Map.class, Map::of),
            Map.entry(Stream.class, Stream::empty),
            Map.entry(boolean.class, () -> false),
            Map.entry(int.class, () -> 0),
            Map.entry(long.class, () -> 0L));

    @Override
    public Class<Gated> annotation() {
        return Gated.class;
    }

    @Override
    public InterceptorSlot slot() {
        return InterceptorSlot.GATE;
    }

    @Override
    public Advice compile(Gated gated, MethodSite site) {
        Flag flag = flags.flag(gated.value());
        Supplier<@Nullable Object> off = gated.whenOff() == Gated.WhenOff.FAIL
                ? () -> {
                    throw new FlagOffException(flag.name(), flag.definition().whenOff());
                }
                : empty(site);
        return invocation -> flag.on() ? invocation.proceed() : off.get();
    }

    private static Supplier<@Nullable Object> empty(MethodSite site) {
        Class<?> type = site.declared().getReturnType();
        Supplier<@Nullable Object> empty = EMPTY.get(type);
        if (empty == null) {
            throw new ConfigurationException(
                    "@Gated.whenOff of " + site.label(),
                    "EMPTY with return type " + type.getSimpleName(),
                    "FAIL, or a return type of void, Optional, List, Collection, Iterable, Set, Map, Stream, boolean, int or long");
        }
        return empty;
    }
}
