package dev.headroom.session.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.codec.CodecException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SessionWireTest {
    private static final SessionRecord RECORD = new SessionRecord(7, 1000, 2000, 99_000, 1800, null, slices());

    @Test
    void readsWhatItWrote() {
        SessionRecord read = SessionWire.decode(SessionWire.encode(RECORD));
        assertThat(read.stamp()).isEqualTo(7);
        assertThat(read.createdMillis()).isEqualTo(1000);
        assertThat(read.accessedMillis()).isEqualTo(2000);
        assertThat(read.endsMillis()).isEqualTo(99_000);
        assertThat(read.maxInactiveSeconds()).isEqualTo(1800);
        assertThat(read.successor()).isNull();
        assertThat(read.slices().keySet()).containsExactly("cart", "näme", "");
        assertThat(read.slices().get("cart").bytes()).containsExactly(1, 2, 3);
        assertThat(read.slices().get("cart").version()).isEqualTo(5);
    }

    @Test
    void keepsTheSuccessor() {
        SessionRecord rotated = new SessionRecord(1, 2, 3, 4, 5, "headroom:v1:abc", Map.of());
        assertThat(SessionWire.decode(SessionWire.encode(rotated)).successor()).isEqualTo("headroom:v1:abc");
    }

    @Test
    void losesOnlyTheAttributeWhoseBytesAreDamaged() {
        byte[] bytes = SessionWire.encode(RECORD);
        bytes[bytes.length - 1] ^= 1; // in the last attribute that has bytes
        SessionRecord read = SessionWire.decode(bytes);
        assertThat(read.slices().get("cart").intact()).isTrue();
        assertThat(read.slices().get("näme").intact()).isFalse();
        SessionRecord again = SessionWire.decode(SessionWire.encode(read));
        assertThat(again.slices().get("näme").intact()).isFalse();
    }

    @Test
    void refusesAnythingElseWithACodecExceptionAndNothingWorse() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] good = SessionWire.encode(RECORD);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = mutilated(good, random);
            try {
                SessionRecord read = SessionWire.decode(bad);
                assertThat(read.slices().keySet()).containsExactly("cart", "näme", "");
            } catch (CodecException expected) {
                assertThat(expected).hasMessageStartingWith("session:");
            }
        }
        assertThatThrownBy(() -> SessionWire.decode(new byte[0])).isInstanceOf(CodecException.class);
    }

    private static byte[] mutilated(byte[] good, Random random) {
        byte[] bad = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
        for (int flips = random.nextInt(4); flips >= 0 && bad.length > 0; flips--) {
            bad[random.nextInt(bad.length)] = (byte) random.nextInt();
        }
        return bad;
    }

    private static Map<String, Slice> slices() {
        Map<String, Slice> slices = new LinkedHashMap<>();
        slices.put("cart", new Slice(5, new byte[] {1, 2, 3}));
        slices.put("näme", new Slice(6, new byte[] {4}));
        slices.put("", new Slice(0, new byte[0]));
        return slices;
    }
}
