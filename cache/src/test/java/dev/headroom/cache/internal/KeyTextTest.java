package dev.headroom.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KeyTextTest {
    @Test
    void keysComeBackFromTheirTexts() {
        List<Object> keys = List.of(
                "",
                "a b:]3:",
                7,
                -7L,
                UUID.randomUUID(),
                true,
                (short) 3,
                (byte) -3,
                'x',
                List.of(),
                List.of("x", 7),
                Arrays.asList(null, List.of("1:", Arrays.asList(false, null)), 9L));
        for (Object key : keys) {
            assertThat(KeyText.parse(Objects.requireNonNull(KeyText.of(key)))).contains(key);
        }
    }

    @Test
    void whatHasToBeLookedForIsNotGuessed() {
        for (Object key : List.of(TimeUnit.DAYS, List.of(1, TimeUnit.DAYS))) {
            assertThat(KeyText.parse(Objects.requireNonNull(KeyText.of(key)))).isEmpty();
        }
        for (String text : List.of(
                "",
                "n",
                "s",
                "i:",
                "i:+7",
                "i:x",
                "l:99999999999999999999",
                "u:1-1-1-1-1",
                "b:yes",
                "c:ab",
                "[",
                "[1:n",
                "[9:n]",
                "[x]",
                "[1:n]x",
                "[-1:n]",
                "[01:n]",
                "x:1")) {
            assertThat(KeyText.parse(text)).as(text).isEmpty();
        }
    }
}
