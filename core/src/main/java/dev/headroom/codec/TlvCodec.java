package dev.headroom.codec;

import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The default codec: each value is a tag and its content; of types other than the JDK's below, only those registered by a number.
 *
 * <p>It knows null, booleans, numbers ({@code BigInteger} and {@code BigDecimal} too), characters, texts, {@code byte[]}, {@code UUID},
 * {@code URI}, {@code Instant}, {@code LocalDate}, {@code LocalTime}, {@code LocalDateTime}, {@code OffsetDateTime},
 * {@code ZonedDateTime}, {@code Duration}, {@code Period}, {@code Optional}, lists, sets and maps in their order (which come back as
 * {@code ArrayList}, {@code LinkedHashSet} and {@code LinkedHashMap}), and registered records and enums. No class name is ever written
 * and no class is ever looked up by what the bytes say.
 *
 * <p><b>Evolution:</b> components may be added at the end of a record: read from older bytes they are null, or zero; read by older
 * code they are skipped. A component may become wider ({@code int} to {@code long}). Constants of enums go by name. A number, once used, is
 * the type's for ever.
 *
 * <p>Values nested deeper than {@value #MAXIMUM_DEPTH}, cycles among them, are refused. Immutable and thread-safe.
 *
 * <pre>{@code
 * Codec codec = Codecs.tlv().record(64, Cart.class).record(65, Item.class).enumeration(66, Size.class).build();
 * byte[] bytes = codec.encode(cart);
 * Cart again = (Cart) codec.decode(bytes, Cart.class);
 * }</pre>
 */
public final class TlvCodec implements Codec {
    /** How deep values may be nested. */
    public static final int MAXIMUM_DEPTH = 32;

    /** The lowest number for a type of the application's. */
    public static final int LOWEST_ID = 64;

    /** The highest number for a type of the application's. */
    public static final int HIGHEST_ID = 16_383;

    private final Map<Class<?>, Registered> byType;
    private final Map<Integer, Registered> byId;

    private TlvCodec(Builder builder) {
        byId = Map.copyOf(builder.types);
        Map<Class<?>, Registered> types = new HashMap<>();
        byId.values().forEach(each -> types.put(each.type(), each));
        byType = Map.copyOf(types);
    }

    @Override
    public String name() {
        return "tlv1";
    }

    @Override
    public byte[] encode(@Nullable Object value) {
        ByteSink sink = new ByteSink();
        new TlvWriter(byType, sink).write(value, 0);
        return sink.toByteArray();
    }

    @Override
    public @Nullable Object decode(byte[] bytes, Type type) {
        ByteSource source = new ByteSource(bytes);
        Object value = new TlvReader(byId, source).read(0);
        if (source.left() > 0) {
            throw source.malformed(source.left() + " bytes too many");
        }
        return Conform.to(value, type);
    }

    @Override
    public String toString() {
        return "TlvCodec"
                + byId.values().stream()
                        .map(each -> each.type().getSimpleName())
                        .sorted()
                        .toList();
    }

    /** Collects types. Not thread-safe. */
    public static final class Builder {
        private final Map<Integer, Registered> types = new LinkedHashMap<>();
        private final Problems problems = new Problems();

        Builder() {}

        /**
         * Allows a record.
         *
         * @param id its number on the wire, {@value TlvCodec#LOWEST_ID} to {@value TlvCodec#HIGHEST_ID}
         */
        public Builder record(int id, Class<? extends Record> type) {
            problems.collect(() -> add(id, RecordType.of(id, Checks.present("type", type))));
            return this;
        }

        /**
         * Allows an enum.
         *
         * @param id its number on the wire, {@value TlvCodec#LOWEST_ID} to {@value TlvCodec#HIGHEST_ID}
         */
        public Builder enumeration(int id, Class<? extends Enum<?>> type) {
            problems.collect(() -> add(id, new EnumType(id, Checks.present("type", type))));
            return this;
        }

        /**
         * The codec.
         *
         * @throws dev.headroom.config.ConfigurationException with all that is wrong: a number out of range or used twice, a component
         *     of a type that is neither the JDK's above nor registered
         */
        public TlvCodec build() {
            Problems all = new Problems();
            problems.found().forEach(all::add);
            types.values().forEach(each -> each.check(types.values(), all));
            all.throwIfAny();
            return new TlvCodec(this);
        }

        private void add(int id, Registered type) {
            Checks.between("id", id, LOWEST_ID, HIGHEST_ID);
            boolean used = types.values().stream().anyMatch(each -> each.type() == type.type());
            Checks.that(!used, "type", type.type().getName(), "to be registered once");
            Checks.that(types.putIfAbsent(id, type) == null, "id", id, "a number of its own for each type");
        }
    }
}
