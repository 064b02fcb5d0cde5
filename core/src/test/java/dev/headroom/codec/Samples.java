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

/** Values that the codecs' tests share. */
final class Samples {
    enum Size {
        SMALL,
        LARGE {
            @Override
            boolean large() {
                return true;
            }
        };

        boolean large() {
            return false;
        }
    }

    record Item(long product, int count, @Nullable BigDecimal price, Size size) {
        Item {
            if (count < 0) {
                throw new IllegalArgumentException("count");
            }
        }
    }

    record Cart(UUID id, @Nullable String note, List<Item> items, Map<String, Item> saved, Optional<Instant> ordered) {}

    private Samples() {}

    static TlvCodec codec() {
        return Codecs.tlv()
                .record(64, Cart.class)
                .record(65, Item.class)
                .enumeration(300, Size.class)
                .build();
    }

    static Cart cart() {
        Item item = new Item(42, 3, new BigDecimal("19.90"), Size.LARGE);
        return new Cart(
                new UUID(1, 2),
                "grüße \uD83D\uDE00",
                new ArrayList<>(List.of(item, new Item(Long.MAX_VALUE, 0, null, Size.SMALL))),
                new LinkedHashMap<>(Map.of("later", item)),
                Optional.of(Instant.parse("2024-02-29T12:30:00.123456789Z")));
    }

    /** One of everything. */
    static List<@Nullable Object> values() {
        LocalDateTime local = LocalDateTime.of(2024, 10, 27, 2, 30, 0, 5);
        return Arrays.asList(
                null,
                true,
                false,
                (byte) -128,
                (short) -32768,
                0,
                -1,
                63,
                64,
                Integer.MIN_VALUE,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                1.5f,
                Float.NaN,
                -0.0,
                Double.MIN_VALUE,
                'x',
                '\uFFFF',
                "",
                "text",
                "grüße \uD83D\uDE00 \uFFFD",
                "half \uD83D",
                "long ".repeat(100),
                BigInteger.TWO.pow(200).negate(),
                new BigDecimal("-1.20"),
                new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE),
                UUID.fromString("12345678-9abc-def0-8000-123456789abc"),
                URI.create("https://example.org/a?b=c#d"),
                Instant.EPOCH,
                Instant.MIN,
                Instant.MAX,
                LocalDate.MIN,
                LocalTime.MAX,
                local,
                OffsetDateTime.of(local, ZoneOffset.ofHoursMinutes(-3, -30)),
                ZonedDateTime.ofLocal(local, ZoneId.of("Europe/Berlin"), ZoneOffset.ofHours(1)),
                Duration.ofSeconds(-1, 1),
                Period.of(1, -2, 3),
                Optional.empty(),
                Optional.of("x"),
                List.of(),
                Arrays.asList(1, null, List.of("deep")),
                new LinkedHashSet<>(List.of(3, 1, 2)),
                new LinkedHashMap<>(Map.of("k", Set.of(1L))),
                Size.LARGE,
                cart());
    }
}
