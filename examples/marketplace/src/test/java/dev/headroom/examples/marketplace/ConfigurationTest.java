package dev.headroom.examples.marketplace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.headroom.cache.CacheMode;
import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problem;
import dev.headroom.examples.marketplace.setup.Settings;
import dev.headroom.throttle.Gate;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
    @Test
    void needsNoSettingAtAll() {
        Settings settings = Settings.of(Map.of());

        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.dataDir()).isEqualTo(Path.of("data").toAbsolutePath());
        assertThat(settings.blobDir()).isEqualTo(Path.of("data", "blobs").toAbsolutePath());
        assertThat(settings.database()).isEmpty();
        assertThat(settings.replicas()).isEmpty();
        assertThat(settings.memcached()).isEmpty();
        assertThat(settings.s3()).isEmpty();
        assertThat(settings.smtp()).isEmpty();
        assertThat(settings.statsd()).isEmpty();
        assertThat(settings.cache()).isEqualTo(CacheMode.ON);
        assertThat(settings.throttle()).isEqualTo(Gate.Mode.ENFORCE);
    }

    @Test
    void readsEverythingFromTheEnvironment() {
        Settings settings = Settings.of(Map.of(
                "PORT", "0",
                "DATA_DIR", "/srv/shop",
                "DATABASE_URL", "jdbc:postgresql://db/shop",
                "DATABASE_USER", "shop",
                "DATABASE_PASSWORD", "secret",
                "REPLICA_URLS", "jdbc:postgresql://r1/shop, jdbc:postgresql://r2/shop",
                "SMTP", "mail:25",
                "CACHE", "naive",
                "THROTTLE", "observe",
                "BLOB_DIR", "/srv/photos"));

        assertThat(settings.blobDir()).isEqualTo(Path.of("/srv/photos"));
        assertThat(settings.database()).hasValue(new Settings.Database("jdbc:postgresql://db/shop", "shop", "secret"));
        assertThat(settings.replicas()).containsExactly("jdbc:postgresql://r1/shop", "jdbc:postgresql://r2/shop");
        assertThat(settings.smtp().orElseThrow().getPort()).isEqualTo(25);
        assertThat(settings.cache()).isEqualTo(CacheMode.NAIVE);
        assertThat(settings.throttle()).isEqualTo(Gate.Mode.OBSERVE);
        assertThat(settings.memcached()).isEmpty();
        assertThat(settings.toString()).doesNotContain("secret");
    }

    @Test
    void tellsEverythingThatIsWrongAtOnce() {
        Map<String, String> environment = Map.of(
                "PORT", "70000",
                "REPLICA_URLS", "jdbc:postgresql://r1/shop",
                "SMTP", "mail",
                "STATSD", "here:there",
                "CACHE", "sometimes",
                "THROTTLE", "maybe",
                "S3_ENDPOINT", "http://s3:9000");

        assertThatThrownBy(() -> Settings.of(environment))
                .asInstanceOf(type(ConfigurationException.class))
                .extracting(ConfigurationException::problems)
                .asList()
                .map(problem -> ((Problem) problem).option())
                .containsExactlyInAnyOrder("PORT", "REPLICA_URLS", "SMTP", "STATSD", "CACHE", "THROTTLE", "S3_BUCKET");
        assertThatThrownBy(() -> Settings.of(environment))
                .hasMessageContaining("PORT: 70000 (expected: 0 to 65535)")
                .hasMessageContaining("CACHE: sometimes (expected: on, naive or off)")
                .hasMessageContaining("SMTP: mail (expected: host:port)");
    }

    @Test
    void tellsAddressesThatAreNone() {
        Map<String, String> environment = Map.of(
                "DATABASE_URL", "jdbc:postgresql://db/shop",
                "REPLICA_URLS", "jdbc:postgresql://r1/shop,r2/shop",
                "MEMCACHED", "m1:11211,m1:11211");

        assertThatThrownBy(() -> Settings.of(environment))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("REPLICA_URLS: r2/shop (expected: jdbc:postgresql: URLs)")
                .hasMessageContaining("MEMCACHED: m1:11211,m1:11211 (expected: host:port,host:port)");
    }

    @Test
    void showsNoSecretOfAnAddress() {
        String secret = "jdbc:mysql://shop:hu@sh@db/shop?password=hush";
        assertThatThrownBy(() ->
                        Settings.of(Map.of("DATABASE_URL", secret, "REPLICA_URLS", "r1:hush@r1?sslpassword=hush")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("DATABASE_URL: jdbc:mysql://db/shop (expected: a jdbc:postgresql: URL)")
                .hasMessageContaining("REPLICA_URLS: r1 (expected: jdbc:postgresql: URLs)")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(() -> Settings.of(Map.of("REPLICA_URLS", "jdbc:postgresql://r1/shop?password=hush")))
                .hasMessageNotContaining("hush");
        assertThat(Settings.of(Map.of(
                                "DATABASE_URL", "jdbc:postgresql://db/shop?password=hush",
                                "REPLICA_URLS", "jdbc:postgresql://r1/shop?password=hush",
                                "BLOB_DIR", "/srv/photos"))
                        .toString())
                .contains("jdbc:postgresql://db/shop")
                .doesNotContain("hush");
    }

    @Test
    void tellsADatabaseForSeveralInstancesWithoutAPlaceForTheirPhotographs() {
        Map<String, String> environment = Map.of("DATABASE_URL", "jdbc:postgresql://db/shop");
        assertThatThrownBy(() -> Settings.of(environment))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("BLOB_DIR: unset (expected: a folder, or S3_BUCKET");
        assertThat(Settings.of(Map.of("DATABASE_URL", "jdbc:postgresql://db/shop", "S3_BUCKET", "photos"))
                        .s3())
                .isPresent();
    }

    @Test
    void tellsAUserWithoutADatabaseAndNoPassword() {
        assertThatThrownBy(() -> Settings.of(Map.of("DATABASE_USER", "shop", "DATABASE_PASSWORD", "secret")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("DATABASE_USER: set (expected: unset, unless DATABASE_URL is set)")
                .hasMessageContaining("DATABASE_PASSWORD: set")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"not an address", "s3", "s3:9000", "ftp://s3:9000", "http:///s3"})
    void tellsABadAddressOfABucket(String endpoint) {
        assertThatThrownBy(() -> Settings.of(Map.of("S3_BUCKET", "photos", "S3_ENDPOINT", endpoint)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("S3_ENDPOINT: " + endpoint + " (expected: an http: or https: URL)");
    }
}
