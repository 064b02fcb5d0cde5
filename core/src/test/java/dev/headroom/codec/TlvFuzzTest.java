package dev.headroom.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Hostile bytes: nothing but {@link CodecException}, no class loaded, nothing allocated that the bytes do not warrant. */
class TlvFuzzTest {
    private static final int MUTATIONS = 150_000;
    private static final Executor SHALLOW_STACK = work -> new Thread(work, "tlv-fuzz").start();

    private final TlvCodec codec = Samples.codec();
    private final byte[] valid = codec.encode(Samples.values());
    private final byte[] small = codec.encode(Samples.cart());

    @Test
    void survivesEveryByteReplacedByEveryOther() {
        onAThread(decode -> {
            for (int at = 0; at < small.length; at++) {
                for (int value = 0; value < 256; value++) {
                    byte[] bytes = small.clone();
                    bytes[at] = (byte) value;
                    decode.accept(bytes);
                }
            }
            for (int length = 0; length < valid.length; length++) {
                decode.accept(Arrays.copyOf(valid, length));
            }
        });
    }

    @Test
    void survivesRandomMutations() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        System.out.println("TlvFuzzTest seed " + seed);
        onAThread(decode -> warmUp(random, decode));
        long allocated = onAThread(decode -> {
            for (int i = 0; i < MUTATIONS; i++) {
                decode.accept(mutated(random, i % 8 == 0 ? valid : small));
            }
        });
        System.out.println("TlvFuzzTest most allocated by one decode: " + allocated + " bytes");
        assertThat(allocated).as("seed %d", seed).isLessThan(64 * 1024 + 64L * valid.length);
    }

    @Test
    void loadsNoClasses() {
        Random random = new Random(7);
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        long loaded = -1;
        for (int round = 0; round < 8 && loaded != 0; round++) {
            long before = classes.getTotalLoadedClassCount();
            onAThread(decode -> {
                for (int i = 0; i < 15_000; i++) {
                    decode.accept(mutated(random, small));
                }
            });
            loaded = classes.getTotalLoadedClassCount() - before;
        }
        assertThat(loaded)
                .as("classes loaded in a round after others have warmed up")
                .isZero();
    }

    /** What the JDK loads once, such as its time zones, is not the codec's. */
    private void warmUp(Random random, Consumer<byte[]> decode) {
        for (int i = 0; i < 10_000; i++) {
            decode.accept(mutated(random, i % 8 == 0 ? valid : small));
        }
    }

    private static byte[] mutated(Random random, byte[] from) {
        byte[] bytes = from.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 6), (byte) 0xFF);
                default ->
                    System.arraycopy(from, random.nextInt(from.length - 8), bytes, Math.min(at, bytes.length - 8), 8);
            }
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private long allocatedBy(byte[] bytes, ThreadMXBean threads) {
        long before = threads.getCurrentThreadAllocatedBytes();
        decode(bytes);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** Runs on a thread of its own, whose exceptions are cheap; gives the most bytes that one decode allocated. */
    private long onAThread(Consumer<Consumer<byte[]>> work) {
        long[] most = {0};
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        CompletableFuture.runAsync(
                        () -> work.accept(bytes -> {
                            long allocated = allocatedBy(bytes, threads);
                            if (allocated > most[0]) {
                                // Again: what the JDK loads once, such as the rules of a time zone, is not the codec's.
                                most[0] = Math.max(most[0], Math.min(allocated, allocatedBy(bytes, threads)));
                            }
                        }),
                        SHALLOW_STACK)
                .join();
        return most[0];
    }

    private void decode(byte[] bytes) {
        try {
            codec.decode(bytes, Object.class);
        } catch (CodecException expected) {
            assertThat(expected.getMessage()).isNotEmpty();
        } catch (Throwable other) {
            fail("bytes " + Arrays.toString(bytes), other);
        }
    }
}
