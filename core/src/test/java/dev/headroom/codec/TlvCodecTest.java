package dev.headroom.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.codec.Samples.Cart;
import dev.headroom.codec.Samples.Item;
import dev.headroom.codec.Samples.Size;
import dev.headroom.config.ConfigurationException;
import java.io.File;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TlvCodecTest {
    private final TlvCodec codec = Samples.codec();

    static List<@Nullable Object> values() {
        return Samples.values();
    }

    @ParameterizedTest
    @MethodSource("values")
    void bringsBackWhatItWrote(@Nullable Object value) {
        byte[] bytes = codec.encode(value);
        Type type = value == null ? Object.class : value.getClass();
        assertThat(codec.decode(bytes, Object.class)).isEqualTo(value);
        if (!(value instanceof java.util.Collection) && value != Size.LARGE) {
            assertThat(codec.decode(bytes, type)).isEqualTo(value);
        }
    }

    @Test
    void bringsBackBytes() {
        byte[] bytes = {0, 1, -1};
        assertThat((byte[]) codec.decode(codec.encode(bytes), byte[].class)).isEqualTo(bytes);
    }

    @Test
    void keepsTheOrderOfMaps() {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 200; i > 0; i--) {
            map.put("k" + i, i);
        }
        Map<?, ?> again = (Map<?, ?>) codec.decode(codec.encode(map), Map.class);
        assertThat(new ArrayList<Object>(again == null ? List.of() : again.keySet()))
                .isEqualTo(new ArrayList<>(map.keySet()));
    }

    /** As one looks to its writer when another thread adds to it: more comes than its size said. */
    private static <T> Set<T> growing(List<T> elements) {
        return new AbstractSet<>() {
            @Override
            public Iterator<T> iterator() {
                return elements.iterator();
            }

            @Override
            public int size() {
                return 1;
            }
        };
    }

    @Test
    void writesAsManyAsItSaysThoughTheyChangeMeanwhile() {
        Set<String> set = growing(List.of("a", "b"));
        Map<String, Integer> map = new AbstractMap<>() {
            @Override
            public Set<Entry<String, Integer>> entrySet() {
                return growing(List.of(Map.entry("a", 1), Map.entry("b", 2)));
            }
        };
        assertThat(codec.decode(codec.encode(set), Object.class)).isEqualTo(Set.of("a", "b"));
        assertThat(codec.decode(codec.encode(map), Object.class)).isEqualTo(Map.of("a", 1, "b", 2));
    }

    @Test
    void writesNoClassNames() {
        String bytes = new String(codec.encode(Samples.cart()), StandardCharsets.ISO_8859_1);
        assertThat(bytes).doesNotContain("Cart", "Item", "Samples", "headroom", "java");
    }

    @Test
    void keepsItsFormat() {
        byte[] bytes = codec.encode(List.of(new Item(1, 2, null, Size.SMALL), "ü", -3L));
        assertThat(bytes)
                .asHexString()
                .isEqualToIgnoringCase(
                        "1B03" + "410D" + "0602" + "0504" + "00" + "AC0205" + "534D414C4C" + "0A02C3BC" + "0605");
    }

    record Before(int id, String name) {}

    record After(long id, String name, @Nullable List<String> tags, int count, boolean live, char mark, double rate) {}

    @Test
    void readsOlderAndNewerRecords() {
        TlvCodec older = Codecs.tlv().record(70, Before.class).build();
        TlvCodec newer = Codecs.tlv()
                .record(70, After.class)
                .record(71, Item.class)
                .enumeration(72, Size.class)
                .build();
        After upgraded = (After) newer.decode(older.encode(new Before(7, "n")), After.class);
        assertThat(upgraded).isEqualTo(new After(7, "n", null, 0, false, '\0', 0));
        TlvCodec narrow = Codecs.tlv().record(70, Wider.class).build();
        byte[] more = newer.encode(List.of(new After(9, "m", List.of("t"), 3, true, 'x', 1), "next"));
        assertThat(narrow.decode(more, Object.class)).isEqualTo(List.of(new Wider(9, "m"), "next"));
    }

    record Wider(long id, String name) {}

    record Holder(Object any) {}

    @Test
    void skipsComponentsOfTypesItDoesNotKnow() {
        record Newer(String name, Item item) {}
        record Older(String name) {}
        TlvCodec newer = Codecs.tlv()
                .record(70, Newer.class)
                .record(65, Item.class)
                .enumeration(66, Size.class)
                .build();
        TlvCodec older = Codecs.tlv().record(70, Older.class).build();
        byte[] bytes = newer.encode(new Newer("n", new Item(1, 2, null, Size.SMALL)));
        assertThat(older.decode(bytes, Older.class)).isEqualTo(new Older("n"));
    }

    @Test
    void refusesWhatIsNotAllowed() {
        assertThatThrownBy(() -> codec.encode(new File("/secret")))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("java.io.File")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> codec.encode(List.of(Thread.State.NEW))).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> codec.encode(new Holder(1))).isInstanceOf(CodecException.class);
    }

    @Test
    void refusesCyclesAndDepth() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        assertThatThrownBy(() -> codec.encode(cycle)).hasMessage("tlv: values nested deeper than 32");
        byte[] deep = new byte[200];
        for (int i = 0; i < 200; i += 2) {
            deep[i] = 27;
            deep[i + 1] = 1;
        }
        assertThatThrownBy(() -> codec.decode(deep, Object.class))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("nested deeper than 32");
    }

    @Test
    void refusesALengthBeyondTheBytes() {
        for (int tag : new int[] {10, 11, 12, 13, 27, 28, 29}) {
            byte[] bomb = {(byte) tag, -1, -1, -1, -1, 7};
            assertThatThrownBy(() -> codec.decode(bomb, Object.class))
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("a length of 2147483647 with 0 bytes left");
        }
    }

    @Test
    void checksTheExpectedType() throws NoSuchFieldException {
        byte[] carts = codec.encode(List.of(Samples.cart()));
        assertThat(codec.decode(carts, listOf("carts"))).isEqualTo(List.of(Samples.cart()));
        assertThatThrownBy(() -> codec.decode(carts, listOf("texts")))
                .isInstanceOf(CodecException.class)
                .hasMessage("type: " + Cart.class.getName() + " (expected: java.lang.String)");
        assertThatThrownBy(() -> codec.decode(codec.encode("x"), int.class)).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> codec.decode(codec.encode(1L), int.class)).isInstanceOf(CodecException.class);
        assertThat(codec.decode(codec.encode(1), long.class)).isEqualTo(1L);
    }

    @SuppressWarnings("unused")
    private List<Cart> carts = List.of();

    @SuppressWarnings("unused")
    private List<String> texts = List.of();

    private static Type listOf(String field) throws NoSuchFieldException {
        return TlvCodecTest.class.getDeclaredField(field).getGenericType();
    }

    record Thing(List<Runnable> fine, Map<String, StringBuilder> wrong, Size unregistered, Thing itself) {}

    @Test
    void refusesItsConfigurationAllAtOnce() {
        assertThatThrownBy(() -> Codecs.tlv()
                        .record(64, Thing.class)
                        .record(64, Item.class)
                        .record(63, Cart.class)
                        .record(70, Thing.class)
                        .build())
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        refused -> assertThat(refused.problems())
                                .extracting(problem -> problem.option() + ": " + problem.value())
                                .containsExactly(
                                        "id: 64",
                                        "id: 63",
                                        "type: " + Thing.class.getName(),
                                        "Thing.wrong: java.lang.StringBuilder",
                                        "Thing.unregistered: " + Size.class.getName()));
    }
}
