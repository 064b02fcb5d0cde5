package dev.headroom.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads one value. Used once. */
final class TlvReader {
    private static final int PRESIZED = 64;

    private final Map<Integer, Registered> types;
    private final ByteSource source;

    TlvReader(Map<Integer, Registered> types, ByteSource source) {
        this.types = types;
        this.source = source;
    }

    @Nullable Object read(int depth) {
        if (depth > TlvCodec.MAXIMUM_DEPTH) {
            throw source.malformed("values nested deeper than " + TlvCodec.MAXIMUM_DEPTH);
        }
        long number = source.readVarint();
        Tag tag = Tag.of(number);
        if (tag == null) {
            return readRegistered(number, depth);
        }
        try {
            return readTagged(tag, depth);
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException refused) {
            throw source.malformed("no valid " + tag);
        }
    }

    private @Nullable Object readTagged(Tag tag, int depth) {
        return switch (tag) {
            case NULL -> null;
            case TRUE -> true;
            case FALSE -> false;
            case BYTE -> source.readByte();
            case SHORT -> readShort();
            case INTEGER -> source.readInt();
            case LONG -> source.readSigned();
            case FLOAT -> Float.intBitsToFloat((int) source.readFixed(4));
            case DOUBLE -> Double.longBitsToDouble(source.readFixed(8));
            case CHARACTER -> readCharacter();
            case TEXT -> readText();
            case TEXT16 -> readText16();
            case BYTES -> source.readBytes();
            case BIG_INTEGER -> new BigInteger(source.readBytes());
            case BIG_DECIMAL -> readDecimal();
            case UUID -> new UUID(source.readFixed(8), source.readFixed(8));
            case URI -> URI.create(readText());
            case EMPTY -> Optional.empty();
            case OPTIONAL -> readOptional(depth);
            case LIST -> readList(depth);
            case SET -> readSet(depth);
            case MAP -> readMap(depth);
            default -> readTime(tag);
        };
    }

    private Object readTime(Tag tag) {
        return switch (tag) {
            case INSTANT -> Instant.ofEpochSecond(source.readSigned(), readNanos());
            case LOCAL_DATE -> LocalDate.ofEpochDay(source.readSigned());
            case LOCAL_TIME -> LocalTime.ofNanoOfDay(source.readVarint());
            case LOCAL_DATE_TIME -> readDateTime();
            case OFFSET_DATE_TIME -> OffsetDateTime.of(readDateTime(), readOffset());
            case ZONED_DATE_TIME -> readZoned();
            case DURATION -> Duration.ofSeconds(source.readSigned(), readNanos());
            case PERIOD -> Period.of(source.readInt(), source.readInt(), source.readInt());
            default -> throw source.malformed("no tag " + tag);
        };
    }

    private Object readRegistered(long number, int depth) {
        Registered type = number > 0 && number <= TlvCodec.HIGHEST_ID ? types.get((int) number) : null;
        if (type instanceof RecordType record) {
            return readRecord(record, depth);
        }
        if (type instanceof EnumType constants) {
            Enum<?> constant = constants.constant(readText());
            if (constant == null) {
                throw source.malformed("no constant of " + constants.type().getName());
            }
            return constant;
        }
        throw source.malformed("no type has the number " + Long.toUnsignedString(number) + ",");
    }

    /** Components that the bytes do not have keep their absent value; those that the record does not have are skipped. */
    private Object readRecord(RecordType type, int depth) {
        int before = source.enter(source.readCount());
        @Nullable Object[] values = new Object[type.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = source.left() > 0 ? type.component(i, read(depth + 1)) : type.absent(i);
        }
        source.leave(before);
        return type.create(values);
    }

    private List<Object> readList(int depth) {
        int count = source.readCount();
        List<@Nullable Object> list = new ArrayList<>(Math.min(count, PRESIZED));
        for (int i = 0; i < count; i++) {
            list.add(read(depth + 1));
        }
        return list;
    }

    private Set<Object> readSet(int depth) {
        int count = source.readCount();
        Set<@Nullable Object> set = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            if (!set.add(read(depth + 1))) {
                throw source.malformed("an element twice");
            }
        }
        return set;
    }

    private Map<Object, Object> readMap(int depth) {
        int count = source.readCount();
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            Object key = read(depth + 1);
            map.put(key, read(depth + 1));
        }
        if (map.size() != count) {
            throw source.malformed("a key twice");
        }
        return map;
    }

    private Optional<Object> readOptional(int depth) {
        Object value = read(depth + 1);
        if (value == null) {
            throw source.malformed("null in an optional");
        }
        return Optional.of(value);
    }

    private Short readShort() {
        long value = source.readSigned();
        if (value != (short) value) {
            throw source.malformed("a number that does not fit its type");
        }
        return (short) value;
    }

    private Character readCharacter() {
        long value = source.readVarint();
        if (value != (char) value) {
            throw source.malformed("a number that does not fit its type");
        }
        return (char) value;
    }

    /** What is not UTF-8 is refused, not repaired. */
    private String readText() {
        byte[] bytes = source.readBytes();
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0 && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            throw source.malformed("a text that is not UTF-8");
        }
        return text;
    }

    private String readText16() {
        byte[] bytes = source.readBytes();
        if (bytes.length % 2 != 0) {
            throw source.malformed("half a character");
        }
        char[] characters = new char[bytes.length / 2];
        for (int i = 0; i < characters.length; i++) {
            characters[i] = (char) (bytes[2 * i] << 8 | bytes[2 * i + 1] & 0xFF);
        }
        return new String(characters);
    }

    private BigDecimal readDecimal() {
        int scale = source.readInt();
        return new BigDecimal(new BigInteger(source.readBytes()), scale);
    }

    private long readNanos() {
        long nanos = source.readVarint();
        if (nanos < 0 || nanos > 999_999_999) {
            throw source.malformed("more nanoseconds than a second has");
        }
        return nanos;
    }

    private LocalDateTime readDateTime() {
        return LocalDateTime.of(LocalDate.ofEpochDay(source.readSigned()), LocalTime.ofNanoOfDay(source.readVarint()));
    }

    private ZoneOffset readOffset() {
        return ZoneOffset.ofTotalSeconds(source.readInt());
    }

    private ZonedDateTime readZoned() {
        LocalDateTime local = readDateTime();
        ZoneOffset offset = readOffset();
        return ZonedDateTime.ofInstant(local, offset, ZoneId.of(readText()));
    }
}
