package dev.headroom.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store promises. */
abstract class BlobStoreContract {
    static final long SEED = 20_130_726L;

    /** The store under test, empty. */
    abstract BlobStore store();

    @Test
    void readsBackWhatWasPut() throws IOException {
        byte[] photo = bytes(300_000);
        PutOptions options = PutOptions.defaults()
                .contentType("image/jpeg")
                .metadata(Map.of("seller", "42", "title", "A blue chair"));

        BlobInfo put = store().put(BlobKey.of("photos/1/original"), BlobSource.of(photo), options);

        try (BlobRead read = store().get(put.key())) {
            assertThat(read.readAllBytes()).isEqualTo(photo);
            assertThat(read.info()).isEqualTo(put);
        }
        assertThat(store().head(put.key())).contains(put);
        assertThat(put.size()).isEqualTo(photo.length);
        assertThat(put.crc32c()).isEqualTo(crc(photo));
        assertThat(put.contentType()).isEqualTo("image/jpeg");
        assertThat(put.metadata()).containsOnly(Map.entry("seller", "42"), Map.entry("title", "A blue chair"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 1 << 20, (1 << 20) + 1, 5_000_000})
    void takesAStreamOfUnknownLength(int size) throws IOException {
        byte[] photo = bytes(size);
        InputStream trickling = new ByteArrayInputStream(photo) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 10_007));
            }
        };

        store().put(BlobKey.of("stream"), BlobSource.of(trickling));

        assertThat(read("stream")).isEqualTo(photo);
    }

    @Test
    void replacesABlobAndChangesItsVersion() throws IOException {
        BlobInfo first = store().put(BlobKey.of("a"), BlobSource.of("one".getBytes(UTF_8)));
        BlobInfo second = store().put(BlobKey.of("a"), BlobSource.of("two".getBytes(UTF_8)));

        assertThat(read("a")).asString(UTF_8).isEqualTo("two");
        assertThat(second.version()).isNotEqualTo(first.version());
    }

    @Test
    void refusesToReplaceWhenItMustBeAbsent() throws IOException {
        PutOptions ifAbsent = PutOptions.defaults().ifAbsent();
        store().put(BlobKey.of("a"), BlobSource.of("one".getBytes(UTF_8)), ifAbsent);

        assertThatThrownBy(() -> store().put(BlobKey.of("a"), BlobSource.of("two".getBytes(UTF_8)), ifAbsent))
                .isInstanceOf(BlobExistsException.class)
                .hasMessageContaining("a exists");
        assertThat(read("a")).asString(UTF_8).isEqualTo("one");
    }

    @Test
    void letsOneOfManyWritersWinWhenItMustBeAbsent() throws Exception {
        int writers = 8;
        ExecutorService executor = Executors.newFixedThreadPool(writers);
        try {
            for (int round = 0; round < 5; round++) {
                BlobKey key = BlobKey.of("race/" + round);
                CountDownLatch start = new CountDownLatch(1);
                List<Callable<Boolean>> puts = new ArrayList<>();
                for (int w = 0; w < writers; w++) {
                    byte[] content = ("writer " + w).getBytes(UTF_8);
                    puts.add(() -> {
                        start.await();
                        try {
                            store().put(
                                            key,
                                            BlobSource.of(content),
                                            PutOptions.defaults().ifAbsent());
                            return true;
                        } catch (BlobExistsException lost) {
                            return false;
                        }
                    });
                }
                List<Future<Boolean>> results =
                        puts.stream().map(executor::submit).toList();
                start.countDown();
                int winners = 0;
                for (Future<Boolean> result : results) {
                    winners += result.get() ? 1 : 0;
                }
                assertThat(winners).as("winners of round %s", round).isEqualTo(1);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void keepsNothingOfASourceThatFails() {
        InputStream hangsUp = new InputStream() {
            private int left = 200_000;

            @Override
            public int read() throws IOException {
                if (left == 0) {
                    throw new IOException("the client hung up");
                }
                left--;
                return 7;
            }
        };

        assertThatThrownBy(() -> store().put(BlobKey.of("photos/half"), BlobSource.of(hangsUp)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("source failed after");
        assertNothingThere("photos/half");
    }

    @Test
    void keepsNothingOfWhatIsTooLarge() {
        PutOptions small = PutOptions.defaults().maximumSize(1000);

        assertThatThrownBy(() -> store().put(BlobKey.of("big"), BlobSource.of(bytes(1001)), small))
                .isInstanceOf(BlobTooLargeException.class)
                .hasMessage("blob: big has more bytes (expected: <= 1000)");
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 7;
            }
        };
        assertThatThrownBy(() -> store().put(BlobKey.of("big"), BlobSource.of(endless), small))
                .isInstanceOf(BlobTooLargeException.class);
        assertNothingThere("big");
    }

    @Test
    void keepsNothingOfWhatIsNotAsAnnounced() {
        assertThatThrownBy(
                        () -> store().put(BlobKey.of("x"), BlobSource.of(new ByteArrayInputStream(bytes(999)), 1000)))
                .isInstanceOf(BlobCorruptedException.class)
                .hasMessage("blob: x: 999 bytes (expected: 1000 bytes, as announced)");
        assertThatThrownBy(() -> store().put(
                                BlobKey.of("x"),
                                BlobSource.of(bytes(10)),
                                PutOptions.defaults().expectedCrc32c(1)))
                .isInstanceOf(BlobCorruptedException.class)
                .hasMessageContaining("expected: 00000001, as announced");
        assertNothingThere("x");
    }

    @Test
    void saysThatABlobIsNotThere() {
        assertNothingThere("nowhere");
        assertThatThrownBy(() -> store().get(BlobKey.of("nowhere"))).isInstanceOf(BlobNotFoundException.class);
        assertThat(store().delete(BlobKey.of("nowhere"))).isFalse();
    }

    @Test
    void deletes() {
        store().put(BlobKey.of("a/b/c"), BlobSource.of(bytes(10)));

        assertThat(store().delete(BlobKey.of("a/b/c"))).isTrue();
        assertNothingThere("a/b/c");
        assertThat(store().list("", null, 10).keys()).isEmpty();
    }

    @Test
    void readsPartAndClosesEarly() throws IOException {
        store().put(BlobKey.of("large"), BlobSource.of(bytes(3_000_000)));

        BlobRead read = store().get(BlobKey.of("large"));
        assertThat(read.readNBytes(10)).hasSize(10);
        read.close();
        read.close();

        assertThatThrownBy(read::read).isInstanceOf(IOException.class);
    }

    /** Keys whose order is easily got wrong, and that stand in each other's way in folders. */
    List<String> awkwardKeys() {
        return List.of("a", "a/b", "a-b", "a/b/c", "a.b", "ab", "a/bé", "Z", "a/b-", "10", "9");
    }

    @Test
    void listsKeysInOrderPageByPage() {
        Random random = new Random(SEED);
        TreeSet<BlobKey> all = new TreeSet<>();
        for (String key : awkwardKeys()) {
            all.add(BlobKey.of(key));
        }
        for (int i = 0; i < 40; i++) {
            all.add(BlobKey.of("p/" + random.nextInt(5) + "/" + random.nextInt(100)));
        }
        all.forEach(key -> store().put(key, BlobSource.of(new byte[] {1})));

        assertThat(pages("", 7)).containsExactlyElementsOf(all);
        assertThat(pages("a", 2))
                .containsExactlyElementsOf(
                        all.stream().filter(k -> k.value().startsWith("a")).toList());
        assertThat(pages("a/b", 100))
                .containsExactlyElementsOf(
                        all.stream().filter(k -> k.value().startsWith("a/b")).toList());
        assertThat(pages("p/3", 3))
                .containsExactlyElementsOf(
                        all.stream().filter(k -> k.value().startsWith("p/3")).toList());
        assertThat(pages("none", 3)).isEmpty();
    }

    @Test
    void sweepsWhatNothingRefersTo() throws Exception {
        for (int i = 0; i < 25; i++) {
            store().put(BlobKey.of("photos/" + i), BlobSource.of(bytes(10)));
        }
        store().put(BlobKey.of("other/1"), BlobSource.of(bytes(10)));
        BlobSweep.References even = keys -> keys.stream()
                .filter(key -> Integer.parseInt(key.value().substring(7)) % 2 == 0)
                .toList();
        Clock tomorrow = Clock.offset(Clock.systemUTC(), Duration.ofDays(1));

        assertThat(BlobSweep.builder(store(), even)
                        .prefix("photos/")
                        .pageSize(7)
                        .build()
                        .run())
                .as("all are younger than the grace")
                .isZero();
        assertThat(BlobSweep.builder(store(), even)
                        .prefix("photos/")
                        .pageSize(7)
                        .clock(tomorrow)
                        .build()
                        .run())
                .isEqualTo(12);

        assertThat(pages("photos/", 100))
                .hasSize(13)
                .allMatch(k -> Integer.parseInt(k.value().substring(7)) % 2 == 0);
        assertThat(store().head(BlobKey.of("other/1"))).isPresent();
    }

    final byte[] read(String key) throws IOException {
        try (BlobRead read = store().get(BlobKey.of(key))) {
            return read.readAllBytes();
        }
    }

    final void assertNothingThere(String key) {
        assertThat(store().head(BlobKey.of(key))).isEmpty();
        assertThat(store().list(key, null, 10).keys()).isEmpty();
    }

    private List<BlobKey> pages(String prefix, int limit) {
        List<BlobKey> keys = new ArrayList<>();
        BlobPage page = store().list(prefix, null, limit);
        keys.addAll(page.keys());
        while (page.next().isPresent()) {
            assertThat(page.keys()).hasSize(limit);
            page = store().list(prefix, page.next().get(), limit);
            keys.addAll(page.keys());
        }
        return keys;
    }

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(SEED + size).nextBytes(bytes);
        return bytes;
    }

    static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
