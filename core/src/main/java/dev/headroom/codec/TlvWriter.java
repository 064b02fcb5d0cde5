package dev.headroom.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes one value. Used once. */
final class TlvWriter {
    private final Map<Class<?>, Registered> types;
    private final ByteSink sink;

    TlvWriter(Map<Class<?>, Registered> types, ByteSink sink) {
        this.types = types;
        this.sink = sink;
    }

    void write(@Nullable Object value, int depth) {
        if (depth > TlvCodec.MAXIMUM_DEPTH) {
            throw new CodecException("tlv: values nested deeper than " + TlvCodec.MAXIMUM_DEPTH);
        }
        if (value == null) {
            tag(Tag.NULL);
        } else if (value instanceof Boolean condition) {
            tag(condition ? Tag.TRUE : Tag.FALSE);
        } else {
            Tag scalar = Tag.ofScalar(value.getClass());
            if (scalar != null) {
                writeScalar(scalar, value);
            } else {
                writeCompound(value, depth);
            }
        }
    }

    private void writeScalar(Tag tag, Object value) {
        if (tag == Tag.TEXT) {
            writeText((String) value);
            return;
        }
        tag(tag);
        switch (tag) {
            case BYTE -> sink.writeByte((Byte) value);
            case SHORT, INTEGER, LONG -> sink.writeSigned(((Number) value).longValue());
            case FLOAT -> sink.writeFixed(Float.floatToRawIntBits((Float) value), 4);
            case DOUBLE -> sink.writeFixed(Double.doubleToRawLongBits((Double) value), 8);
            case CHARACTER -> sink.writeVarint((Character) value);
            case BYTES -> sink.writeBytes((byte[]) value);
            case BIG_INTEGER -> sink.writeBytes(((BigInteger) value).toByteArray());
            case BIG_DECIMAL -> {
                sink.writeSigned(((BigDecimal) value).scale());
                sink.writeBytes(((BigDecimal) value).unscaledValue().toByteArray());
            }
            case UUID -> {
                sink.writeFixed(((UUID) value).getMostSignificantBits(), 8);
                sink.writeFixed(((UUID) value).getLeastSignificantBits(), 8);
            }
            case URI -> sink.writeBytes(value.toString().getBytes(StandardCharsets.UTF_8));
            default -> writeTime(value);
        }
    }

    private void writeTime(Object value) {
        if (value instanceof Instant instant) {
            sink.writeSigned(instant.getEpochSecond());
            sink.writeVarint(instant.getNano());
        } else if (value instanceof LocalDate date) {
            sink.writeSigned(date.toEpochDay());
        } else if (value instanceof LocalTime time) {
            sink.writeVarint(time.toNanoOfDay());
        } else if (value instanceof LocalDateTime both) {
            writeDateTime(both);
        } else if (value instanceof OffsetDateTime offset) {
            writeDateTime(offset.toLocalDateTime());
            sink.writeSigned(offset.getOffset().getTotalSeconds());
        } else if (value instanceof ZonedDateTime zoned) {
            writeDateTime(zoned.toLocalDateTime());
            sink.writeSigned(zoned.getOffset().getTotalSeconds());
            sink.writeBytes(zoned.getZone().getId().getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof Duration duration) {
            sink.writeSigned(duration.getSeconds());
            sink.writeVarint(duration.getNano());
        } else {
            Period period = (Period) value;
            sink.writeSigned(period.getYears());
            sink.writeSigned(period.getMonths());
            sink.writeSigned(period.getDays());
        }
    }

    private void writeDateTime(LocalDateTime value) {
        sink.writeSigned(value.toLocalDate().toEpochDay());
        sink.writeVarint(value.toLocalTime().toNanoOfDay());
    }

    private void writeText(String value) {
        if (wellFormed(value)) {
            tag(Tag.TEXT);
            sink.writeBytes(value.getBytes(StandardCharsets.UTF_8));
        } else {
            tag(Tag.TEXT16);
            sink.writeBytes(chars(value));
        }
    }

    private static byte[] chars(String value) {
        byte[] bytes = new byte[value.length() * 2];
        for (int i = 0; i < value.length(); i++) {
            bytes[2 * i] = (byte) (value.charAt(i) >>> 8);
            bytes[2 * i + 1] = (byte) value.charAt(i);
        }
        return bytes;
    }

    private static boolean wellFormed(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                boolean pair =
                        i + 1 < value.length() && Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private void writeCompound(Object value, int depth) {
        if (value instanceof Record record && types.get(value.getClass()) instanceof RecordType type) {
            writeRecord(type, record, depth);
        } else if (value instanceof Enum<?> constant
                && types.get(constant.getDeclaringClass()) instanceof EnumType type) {
            sink.writeVarint(type.id());
            sink.writeBytes(constant.name().getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof List<?> list) {
            writeAll(Tag.LIST, list, depth);
        } else if (value instanceof Set<?> set) {
            writeAll(Tag.SET, set, depth);
        } else if (value instanceof Map<?, ?> map) {
            writeMap(map, depth);
        } else if (value instanceof Optional<?> optional) {
            tag(optional.isPresent() ? Tag.OPTIONAL : Tag.EMPTY);
            optional.ifPresent(present -> write(present, depth + 1));
        } else {
            throw new CodecException("tlv: " + value.getClass().getName()
                    + " (expected: a type of the JDK that TlvCodec knows, or a registered record or enum)");
        }
    }

    /** Written from a copy: one that others change meanwhile would have another size than was written. */
    private void writeAll(Tag tag, Collection<?> elements, int depth) {
        @Nullable Object[] copy = elements.toArray();
        tag(tag);
        sink.writeVarint(copy.length);
        for (Object element : copy) {
            write(element, depth + 1);
        }
    }

    private void writeMap(Map<?, ?> map, int depth) {
        List<@Nullable Object> copy = new ArrayList<>();
        map.forEach((key, element) -> {
            copy.add(key);
            copy.add(element);
        });
        tag(Tag.MAP);
        sink.writeVarint(copy.size() / 2);
        copy.forEach(each -> write(each, depth + 1));
    }

    private void writeRecord(RecordType type, Record record, int depth) {
        sink.writeVarint(type.id());
        int begin = sink.begin();
        for (int i = 0; i < type.size(); i++) {
            write(type.read(record, i), depth + 1);
        }
        sink.end(begin);
    }

    private void tag(Tag tag) {
        sink.writeByte(tag.ordinal());
    }
}
