package dev.headroom.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The tags of the JDK's types. Part of the format: a constant never moves. */
enum Tag {
    NULL,
    TRUE,
    FALSE,
    BYTE,
    SHORT,
    INTEGER,
    LONG,
    FLOAT,
    DOUBLE,
    CHARACTER,
    /** In UTF-8. */
    TEXT,
    /** A text that UTF-8 can't hold, for it has half a pair of surrogates. */
    TEXT16,
    BYTES,
    BIG_INTEGER,
    BIG_DECIMAL,
    UUID,
    URI,
    INSTANT,
    LOCAL_DATE,
    LOCAL_TIME,
    LOCAL_DATE_TIME,
    OFFSET_DATE_TIME,
    ZONED_DATE_TIME,
    DURATION,
    PERIOD,
    EMPTY,
    OPTIONAL,
    LIST,
    SET,
    MAP;

    private static final Tag[] ALL = values();

    private static final Map<Class<?>, Tag> SCALARS = Map.ofEntries(
            Map.entry(Byte.class, BYTE),
            Map.entry(Short.class, SHORT),
            Map.entry(Integer.class, INTEGER),
            Map.entry(Long.class, LONG),
            Map.entry(Float.class, FLOAT),
            Map.entry(Double.class, DOUBLE),
            Map.entry(Character.class, CHARACTER),
            Map.entry(String.class, TEXT),
            Map.entry(byte[].class, BYTES),
            Map.entry(BigInteger.class, BIG_INTEGER),
            Map.entry(BigDecimal.class, BIG_DECIMAL),
            Map.entry(UUID.class, UUID),
            Map.entry(URI.class, URI),
            Map.entry(Instant.class, INSTANT),
            Map.entry(LocalDate.class, LOCAL_DATE),
            Map.entry(LocalTime.class, LOCAL_TIME),
            Map.entry(LocalDateTime.class, LOCAL_DATE_TIME),
            Map.entry(OffsetDateTime.class, OFFSET_DATE_TIME),
            Map.entry(ZonedDateTime.class, ZONED_DATE_TIME),
            Map.entry(Duration.class, DURATION),
            Map.entry(Period.class, PERIOD));

    static @Nullable Tag of(long number) {
        return number >= 0 && number < ALL.length ? ALL[(int) number] : null;
    }

    /** The tag of a class whose instances have no parts. */
    static @Nullable Tag ofScalar(Class<?> type) {
        return SCALARS.get(type);
    }

    /** Whether a component of this class may be written. */
    static boolean knows(Class<?> type) {
        return type.isPrimitive()
                || SCALARS.containsKey(type)
                || type == Boolean.class
                || type == Optional.class
                || type.isAssignableFrom(ArrayList.class)
                || type.isAssignableFrom(LinkedHashSet.class)
                || type.isAssignableFrom(LinkedHashMap.class)
                || type == HashSet.class
                || type == HashMap.class;
    }
}
