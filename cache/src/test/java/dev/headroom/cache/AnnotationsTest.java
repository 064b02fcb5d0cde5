package dev.headroom.cache;

import static dev.headroom.transaction.JdbcTransactions.runInTransaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.config.ConfigurationException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnnotationsTest {
    private final ManualClock clock = new ManualClock();
    private final Caches caches =
            Caches.builder().clock(clock).defaults(options -> options.jitter(0)).build();
    private final HeldTransactions transactions = new HeldTransactions();
    private final Headroom headroom =
            Headroom.builder("test").plug(caches).plug(transactions).build();
    private final Stock stock = new Stock();
    private final Catalog catalog = headroom.enhance(Catalog.class, stock);

    @AfterEach
    void stop() {
        headroom.close();
    }

    @Test
    void answersFromTheCacheForAsLongAsTheAnnotationSays() throws Exception {
        assertThat(catalog.find("1")).isEqualTo("product 1 v0");
        stock.version = 1;
        assertThat(catalog.find("1")).isEqualTo("product 1 v0");
        clock.advance(Duration.ofSeconds(30));
        assertThat(catalog.find("1")).isEqualTo("product 1 v1");
        assertThat(stock.calls).isEqualTo(2);
        assertThat(caches.cache("products", String.class, String.class).peek("1"))
                .isPresent();
    }

    @Test
    void looksIntoAnOptionalToKnowWhetherToKeepIt() {
        catalog.optional("");
        catalog.optional("");
        assertThat(stock.calls).isEqualTo(2);
        assertThat(catalog.optional("x")).hasValue("x");
        assertThat(catalog.optional("x")).hasValue("x");
        assertThat(stock.calls).isEqualTo(3);
    }

    @Test
    void evictsAfterTheMethodAndOnlyWhenItReturned() throws Exception {
        catalog.find("1");
        stock.version = 1;
        assertThatThrownBy(() -> catalog.rename("1", "fail"))
                .isInstanceOf(IOException.class)
                .hasMessage("as asked");
        assertThat(catalog.find("1")).isEqualTo("product 1 v0");
        catalog.rename("1", "x");
        assertThat(catalog.find("1")).isEqualTo("product 1 v1");
    }

    @Test
    void evictsWhenTheTransactionHasCommittedAndNotBefore() throws Exception {
        catalog.find("1");
        catalog.newest();
        stock.version = 1;
        transactions.begin();
        catalog.rename("1", "x");
        assertThat(catalog.find("1")).isEqualTo("product 1 v0");
        assertThat(catalog.newest()).containsExactly("v0");
        transactions.commit();
        assertThat(catalog.find("1")).isEqualTo("product 1 v1");
        assertThat(catalog.newest()).containsExactly("v1");
    }

    @Test
    void storesWhatAMethodReturned() throws Exception {
        assertThat(catalog.save("7")).isEqualTo("saved 7");
        assertThat(catalog.find("7")).isEqualTo("saved 7");
        assertThat(stock.calls).isZero();
    }

    @Test
    void dropsWhatWasToBeReplacedWhenNobodyKnowsWhetherItCommitted() throws Exception {
        catalog.find("7");
        assertThatThrownBy(() -> runInTransaction(database(false), connection -> {
                    catalog.save("7");
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back");
        assertThat(catalog.find("7")).isEqualTo("product 7 v0");
        stock.version = 1;
        assertThatThrownBy(() -> runInTransaction(database(true), connection -> catalog.save("7")))
                .hasMessage("the answer is lost");
        assertThat(catalog.find("7")).isEqualTo("product 7 v1");
        runInTransaction(database(false), connection -> catalog.save("7"));
        assertThat(catalog.find("7")).isEqualTo("saved 7");
    }

    /** Of connections that do nothing, and may lose the answer to what they commit. */
    private static DataSource database(boolean losesAnswers) {
        return proxy(
                DataSource.class,
                source -> proxy(Connection.class, connection -> {
                    if (connection.getName().equals("commit") && losesAnswers) {
                        throw new SQLException("the answer is lost", "08006");
                    }
                    return connection.getReturnType() == boolean.class ? false : null;
                }));
    }

    private interface Answers {
        @Nullable Object to(Method called) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, called, arguments) ->
                        called.getName().equals("equals") ? proxy == arguments[0] : answers.to(called)));
    }

    @Test
    void keepsNothingThatUnlessExcludes() {
        assertThat(catalog.maybe("", 1)).isEqualTo("");
        assertThat(catalog.maybe("", 1)).isEqualTo("");
        assertThat(stock.calls).isEqualTo(2);
        assertThat(catalog.maybe("a", 1)).isEqualTo("a");
        assertThat(catalog.maybe("a", 1)).isEqualTo("a");
        assertThat(catalog.maybe("a", 2)).isEqualTo("a");
        assertThat(stock.calls).isEqualTo(4);
    }

    @Test
    void dropsByTagWhatAnnotationsHaveTagged() {
        assertThat(catalog.described("1", "red")).isEqualTo(new Described("1 v0", List.of("a", "b")));
        assertThat(catalog.described("2", "blue")).isEqualTo(new Described("2 v0", List.of("a", "b")));
        assertThat(catalog.describe("3", "red")).isEqualTo(new Described("3 put", List.of("a", "b")));
        stock.version = 1;
        catalog.recolour("red");
        assertThat(catalog.described("1", "red").name()).isEqualTo("1 v1");
        assertThat(catalog.described("2", "blue").name()).isEqualTo("2 v0");
        assertThat(catalog.described("3", "red").name()).isEqualTo("3 v1");
        stock.version = 2;
        catalog.forget("2", "none");
        assertThat(catalog.described("1", "red").name()).isEqualTo("1 v1");
        assertThat(catalog.described("2", "blue").name()).isEqualTo("2 v2");
        stock.version = 3;
        catalog.forget("none", "b");
        assertThat(catalog.described("1", "red").name()).isEqualTo("1 v3");
        assertThat(catalog.described("2", "blue").name()).isEqualTo("2 v3");
    }

    @Test
    void dropsByTagWhenTheTransactionHasCommitted() {
        catalog.described("1", "red");
        stock.version = 1;
        transactions.begin();
        catalog.recolour("red");
        assertThat(catalog.described("1", "red").name()).isEqualTo("1 v0");
        transactions.commit();
        assertThat(catalog.described("1", "red").name()).isEqualTo("1 v1");
    }

    /** A result with what tags are made of. */
    public record Described(String name, List<String> labels) {}

    @Test
    void throwsWhatTheMethodThrew() {
        assertThatThrownBy(() -> catalog.find("fail"))
                .isInstanceOf(IOException.class)
                .hasMessage("as asked");
        assertThatThrownBy(() -> catalog.find("fail")).isInstanceOf(IOException.class);
        assertThat(stock.calls).isEqualTo(2);
    }

    @Test
    void refusesWhatCanNotTakeEffect() {
        assertThatThrownBy(() -> headroom.enhance(Wrong.class, new WrongOne()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(
                        "WrongOne.nothing returns void (expected: a value that several callers can share)")
                .hasMessageContaining("WrongOne.later returns CompletableFuture")
                .hasMessageContaining("@Cached.fresh: soon (expected: a duration such as")
                .hasMessageContaining("@CacheEvict.key: #id (expected: none beside all = true)")
                .hasMessageContaining("@CacheEvict.tags: 't' (expected: none beside all = true)")
                .hasMessageContaining("arrays are never equal");
    }

    interface Catalog {
        String find(String id) throws IOException;

        List<String> newest();

        String save(String id);

        Optional<String> optional(String text);

        String maybe(String text, int number);

        void rename(String id, String title) throws IOException;

        Described described(String id, String colour);

        Described describe(String id, String colour);

        void recolour(String colour);

        void forget(String id, String label);
    }

    static final class Stock implements Catalog {
        private int version;
        private int calls;

        @Override
        @Cached(cache = "products", key = "#p0", fresh = "30s")
        public String find(String id) throws IOException {
            calls++;
            if (id.equals("fail")) {
                throw new IOException("as asked");
            }
            return "product " + id + " v" + version;
        }

        @Override
        @Cached(cache = "front")
        public List<String> newest() {
            return List.of("v" + version);
        }

        @Override
        @CachePut(cache = "products", key = "#p0")
        public String save(String id) {
            return "saved " + id;
        }

        @Override
        @Cached(cache = "maybe", unless = "#result == ''")
        public String maybe(String text, int number) {
            calls++;
            return text;
        }

        @Override
        @Cached(cache = "optional", key = "#p0", unless = "#result == null")
        public Optional<String> optional(String text) {
            calls++;
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        }

        @Override
        @Cached(
                cache = "described",
                key = "#p0",
                tags = {"'colour:' + #p1", "#result.labels"})
        public Described described(String id, String colour) {
            return new Described(id + " v" + version, List.of("a", "b"));
        }

        @Override
        @CachePut(cache = "described", key = "#p0", tags = "'colour:' + #p1")
        public Described describe(String id, String colour) {
            return new Described(id + " put", List.of("a", "b"));
        }

        @Override
        @CacheEvict(cache = "described", tags = "'colour:' + #p0")
        public void recolour(String colour) {}

        @Override
        @CacheEvict(cache = "described", key = "#p0", tags = "#p1")
        public void forget(String id, String label) {}

        @Override
        @CacheEvict(cache = "products", key = "#p0")
        @CacheEvict(cache = "front", all = true)
        public void rename(String id, String title) throws IOException {
            if (title.equals("fail")) {
                throw new IOException("as asked");
            }
        }
    }

    interface Wrong {
        void nothing();

        CompletableFuture<String> later();

        String soon();

        void both(String id);

        void tagged(String id);

        String array(byte[] bytes);
    }

    static final class WrongOne implements Wrong {
        @Override
        @Cached(cache = "c")
        public void nothing() {}

        @Override
        @Cached(cache = "c")
        public CompletableFuture<String> later() {
            return new CompletableFuture<>();
        }

        @Override
        @Cached(cache = "c", fresh = "soon")
        public String soon() {
            return "";
        }

        @Override
        @CacheEvict(cache = "c", key = "#id", all = true)
        public void both(String id) {}

        @Override
        @CacheEvict(cache = "c", tags = "'t'", all = true)
        public void tagged(String id) {}

        @Override
        @Cached(cache = "c")
        public String array(byte[] bytes) {
            return "";
        }
    }

    /** Keeps what is to be done after the commit until there is one. */
    private static final class HeldTransactions implements Component {
        private @Nullable List<Runnable> kept;

        void begin() {
            kept = new ArrayList<>();
        }

        void commit() {
            List<Runnable> actions = kept;
            kept = null;
            if (actions != null) {
                actions.forEach(Runnable::run);
            }
        }

        @Override
        public String name() {
            return "transactions";
        }

        @Override
        public void contribute(Contributions to) {
            to.transactionHook((connection, action) -> {
                List<Runnable> open = kept;
                return open != null && open.add(action);
            });
        }

        @Override
        public void close() {}
    }
}
