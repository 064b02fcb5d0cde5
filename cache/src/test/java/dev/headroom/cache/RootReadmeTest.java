package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Headroom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The first snippets that a newcomer pastes, from the README at the top. */
class RootReadmeTest {
    interface Catalog {
        @Cached(cache = "products", key = "#id", fresh = "5m")
        String product(long id);
    }

    @Test
    void pastesTheFirstSnippets() {
        Caches caches = Caches.withDefaults();
        Cache<Long, String> names = caches.cache("names", Long.class, String.class);

        String name = names.get(42L, id -> "user " + id);

        Headroom headroom = Headroom.builder("shop").plug(caches).build();
        Catalog catalog = headroom.enhance(Catalog.class, id -> "product " + id);

        catalog.product(42);

        assertThat(name).isEqualTo("user 42");
        assertThat(catalog.product(42)).isEqualTo("product 42");
        headroom.close();
    }

    @Test
    void hasTheseLinesInTheReadme() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        assertThat(readme)
                .contains("Caches caches = Caches.withDefaults();")
                .contains("<maven.compiler.parameters>true</maven.compiler.parameters>")
                .contains(
                        "    @Cached(cache = \"products\", key = \"#id\", fresh = \"5m\")\n    String product(long id);")
                .contains("Cache<Long, String> names = caches.cache(\"names\", Long.class, String.class);")
                .contains("String name = names.get(42L, id -> \"user \" + id);")
                .contains("Headroom headroom = Headroom.builder(\"shop\").plug(caches).build();")
                .contains("Catalog catalog = headroom.enhance(Catalog.class, id -> \"product \" + id);");
    }
}
