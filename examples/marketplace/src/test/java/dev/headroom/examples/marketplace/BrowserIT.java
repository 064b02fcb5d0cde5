package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages in a real browser, on a phone and on a desktop. */
@Tag("one-jdk")
class BrowserIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PHONE = 390;
    private static final int DESKTOP = 1200;

    @TempDir
    private static Path folder;

    private static RunningMarketplace site;
    private static Chromium browser;
    private static String product;

    @BeforeAll
    static void open() throws Exception {
        browser = new Chromium(folder);
        site = RunningMarketplace.start(folder.resolve("site"), Map.of());
        product = new Visit(site.address()).offered("Table-of-one-long-word-".repeat(5), TestPhotos.jpeg(6));
    }

    @AfterAll
    static void close() throws IOException {
        try (Chromium open = browser) {
            if (site != null) {
                site.close();
            }
        }
    }

    @Test
    void takesAnOfferFromTheForm() throws IOException {
        Path photo = Files.write(folder.resolve("garden.jpg"), TestPhotos.jpeg(7));
        browser.size(PHONE, 844);
        browser.open(site.at("/sell"));
        browser.type("input[name=title]", "Garden bench");
        browser.type("input[name=price]", "49,90");
        browser.type("input[name=seller]", "Bea");
        browser.type("input[name=photo]", photo.toString());
        browser.click("main form button");

        Awaitility.await("the product's page")
                .atMost(PATIENCE)
                .until(() -> browser.url().matches(".*/products/\\d+"));
        assertThat(text()).contains("Garden bench", "€ 49.90", "Offered by Bea");
        Awaitility.await("the picture").atMost(PATIENCE).untilAsserted(() -> {
            browser.open(site.at(browser.url()));
            assertThat(browser.run(
                                    "const i = document.querySelector('.product img'); return i.complete && i.naturalWidth")
                            .asInt())
                    .isEqualTo(685);
        });
        browser.click("main form button");
        Awaitility.await("the cart").atMost(PATIENCE).until(() -> browser.url().endsWith("/cart"));
        assertThat(text()).contains("Cart (1)", "Garden bench");
    }

    @ParameterizedTest
    @ValueSource(ints = {PHONE, DESKTOP})
    void fitsTheScreen(int width) {
        browser.size(width, 900);
        for (String page : new String[] {"/", product, "/sell", "/cart", "/mail", "/console"}) {
            browser.open(site.at(page));
            assertThat(browser.run("return document.documentElement.scrollWidth")
                            .asInt())
                    .as(page)
                    .isLessThanOrEqualTo(width);
        }
    }

    @Test
    void showsLiveFiguresOnTheConsole() {
        browser.size(DESKTOP, 900);
        browser.open(site.at("/console"));

        Awaitility.await("figures").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(browser.run("return document.querySelector('#state').className")
                            .asText())
                    .isEqualTo("live");
            assertThat(text().toLowerCase(Locale.ROOT))
                    .contains("marketplace", "lag", "hit rate", "related-products", "pressure", "photos");
        });
        assertThat(browser.run("return document.querySelectorAll('#panels > *').length")
                        .asInt())
                .isGreaterThanOrEqualTo(6);
    }

    private static String text() {
        return browser.run("return document.body.innerText").asText();
    }
}
