package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Headroom;
import dev.headroom.cache.servlet.PageCache;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class ReadmeTest {
    private static final Logger log = LoggerFactory.getLogger(ReadmeTest.class);
    private static final Path README = Path.of("README.md");

    // README: start
    interface Catalog {
        @Cached(cache = "products", key = "#p0", fresh = "5m", staleIfError = "2h")
        String find(String id);

        @CacheEvict(cache = "products", key = "#p0")
        void rename(String id, String title);
    }
    // README: end

    // README: start
    record Sales(long orders, long turnover, Instant asOf) {
        Sales and(Sales more) {
            return new Sales(orders + more.orders, turnover + more.turnover, more.asOf);
        }
    }
    // README: end

    /** Numbered in place of a clock: a summary is as of how many there were. */
    private static final class Orders {
        private final List<Integer> amounts = new ArrayList<>();
        private volatile boolean down;

        synchronized void add(int amount) {
            amounts.add(amount);
        }

        synchronized Sales salesSince(Instant time) {
            if (down) {
                throw new IllegalStateException("down");
            }
            List<Integer> some = amounts.subList((int) time.getEpochSecond(), amounts.size());
            long turnover = some.stream().mapToLong(Integer::longValue).sum();
            return new Sales(some.size(), turnover, Instant.ofEpochSecond(amounts.size()));
        }
    }

    private static final class DatabaseCatalog implements Catalog {
        private String title = "old";

        @Override
        public String find(String id) {
            return title + " " + id;
        }

        @Override
        public void rename(String id, String title) {
            this.title = title;
        }
    }

    @Test
    void theStartIsWhatRunsHere() throws Exception {
        DatabaseCatalog database = new DatabaseCatalog();
        // README: start
        Caches caches = Caches.builder()
                .cache(
                        "products",
                        options -> options.fresh(Duration.ofMinutes(5))
                                .staleWhileRevalidate(Duration.ofMinutes(1))
                                .staleIfError(Duration.ofHours(2)))
                .build();
        Cache<String, String> products = caches.cache("products", String.class, String.class);
        String product = products.get("42", id -> database.find(id));
        products.invalidate("42");
        // README: end
        assertThat(product).isEqualTo("old 42");
        try (Headroom headroom = Headroom.builder("shop").plug(caches).build()) {
            Catalog catalog = headroom.enhance(Catalog.class, database);
            assertThat(catalog.find("42")).isEqualTo("old 42");
            database.rename("42", "new");
            assertThat(catalog.find("42")).isEqualTo("old 42");
            catalog.rename("42", "newer");
            assertThat(catalog.find("42")).isEqualTo("newer 42");
        }
    }

    @Test
    void thePageCacheIsPluggedInAsShown() {
        Set<String> filters = new TreeSet<>();
        ServletContext servletContext = servletContext(filters);
        // README: start
        PageCache pages = PageCache.builder()
                .staleWhileRevalidate(Duration.ofSeconds(30))
                .staleIfError(Duration.ofMinutes(10))
                .build();
        Headroom headroom = Headroom.builder("shop").plug(pages).build();
        headroom.register(servletContext);
        pages.freeze("news.example", Duration.ofHours(2));
        // README: end
        headroom.close();
        assertThat(filters).contains("headroom-pages");
        assertThat(pages.thaw("news.example")).isTrue();
    }

    @Test
    void aSummaryIsBroughtUpToDateAsShown() {
        Orders database = new Orders();
        database.add(10);
        database.add(20);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        List<Instant> before = new CopyOnWriteArrayList<>();
        try (Caches caches = Caches.withDefaults()) {
            Cache<String, Sales> summaries = caches.cache("summaries", String.class, Sales.class);
            // README: start
            ContextLoader<String, Sales> upToDate = (shop, context) -> {
                Sales known = context.stale().orElse(new Sales(0, 0, Instant.EPOCH));
                return known.and(database.salesSince(known.asOf()));
            };
            Runnable refresh = () -> {
                try {
                    summaries.refresh("shop", upToDate);
                } catch (RuntimeException failed) { // or the timer would never run it again
                    log.warn("the shop's sales are as old as before", failed);
                }
            };
            timer.scheduleWithFixedDelay(refresh, 0, 60, TimeUnit.SECONDS);

            Sales sales = summaries.get("shop", upToDate);
            Duration age = summaries.peek("shop").map(Lookup::age).orElse(Duration.ZERO);
            // README: end
            assertThat(sales).isEqualTo(new Sales(2, 30, Instant.ofEpochSecond(2)));
            assertThat(age).isLessThan(Duration.ofMinutes(5));
            database.add(5);
            summaries.refresh("shop", (shop, context) -> {
                before.add(context.stale().orElseThrow().asOf());
                return upToDate.load(shop, context);
            });
            assertThat(before.get(0)).as("not from scratch").isAfterOrEqualTo(Instant.ofEpochSecond(2));
            assertThat(summaries.get("shop", upToDate)).isEqualTo(new Sales(3, 35, Instant.ofEpochSecond(3)));
            database.down = true;
            refresh.run();
            assertThat(summaries.get("shop", upToDate)).isEqualTo(new Sales(3, 35, Instant.ofEpochSecond(3)));
        } finally {
            timer.shutdownNow();
        }
    }

    /** One that takes filters and servlets, and knows nothing else. */
    private static ServletContext servletContext(Set<String> filters) {
        return proxy(ServletContext.class, (name, arguments) -> switch (name) {
            case "addFilter" -> {
                filters.add((String) arguments[0]);
                yield proxy(FilterRegistration.Dynamic.class, (method, values) -> null);
            }
            case "addServlet" ->
                proxy(
                        ServletRegistration.Dynamic.class,
                        (method, values) -> method.equals("addMapping") ? Set.of() : null);
            default -> null;
        });
    }

    private static <T> T proxy(Class<T> type, BiFunction<String, Object[], Object> calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> calls.apply(method.getName(), arguments)));
    }

    @Test
    void theSnippetsAreWhatRunsHere() throws Exception {
        String source = Files.readString(Path.of("src/test/java/dev/headroom/cache/ReadmeTest.java"));
        String readme = Files.readString(README);
        Matcher snippet = Pattern.compile("(?s)// README: start\n(.*?)\n *// README: end\n")
                .matcher(source);
        int snippets = 0;
        while (snippet.find()) {
            assertThat(readme).contains("```java\n" + snippet.group(1).stripIndent() + "\n```");
            snippets++;
        }
        assertThat(snippets).isEqualTo(5);
    }

    @Test
    void theTableOfMetersIsComplete() throws Exception {
        TreeSet<String> declared = new TreeSet<>();
        for (Field field : CacheMeters.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                declared.add((String) field.get(null));
            }
        }
        TreeSet<String> shown = new TreeSet<>();
        Matcher row =
                Pattern.compile("(?m)^\\| `((?:headroom\\.)?cache\\.[a-z.]+)`").matcher(Files.readString(README));
        while (row.find()) {
            shown.add(row.group(1));
        }
        assertThat(shown).isEqualTo(declared);
    }
}
