package dev.headroom.examples.marketplace.setup;

import dev.headroom.cache.CacheMode;
import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problem;
import dev.headroom.config.Problems;
import dev.headroom.memcached.Memcached;
import dev.headroom.throttle.Gate;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Everything that can be set, from the environment alone.
 *
 * @param port where the site is; 0 for any free one
 * @param dataDir where everything is kept that has no address of its own
 * @param database the primary, empty for an embedded one with a standby
 * @param replicas URLs of standbys, with the primary's user and password
 * @param memcached {@code host:port,…}, empty for sessions and a cache in this process
 * @param s3 where photographs are, empty for a folder
 * @param blobDir the folder of photographs
 * @param smtp a mail server, empty for an embedded one
 * @param statsd where measurements go, empty for nowhere
 * @param cache how the cache works
 * @param throttle what the throttle does
 */
public record Settings(
        int port,
        Path dataDir,
        Optional<Database> database,
        List<String> replicas,
        Optional<String> memcached,
        Optional<S3> s3,
        Path blobDir,
        Optional<InetSocketAddress> smtp,
        Optional<InetSocketAddress> statsd,
        CacheMode cache,
        Gate.Mode throttle) {
    /** A database. */
    public record Database(String url, String user, String password) {
        @Override
        public String toString() {
            return "Database[" + withoutSecrets(url) + ", " + user + "]";
        }
    }

    /** A URL as it may be shown: there may be a password in it. */
    static String withoutSecrets(String url) {
        int question = url.indexOf('?');
        String address = question < 0 ? url : url.substring(0, question);
        return address.replaceFirst("^(.*?//)?.*@", "$1");
    }

    @Override
    public String toString() {
        return "Settings[port " + port + ", data in " + dataDir + ", " + database + "]";
    }

    /** A bucket; keys come from the AWS variables. */
    public record S3(Optional<URI> endpoint, String bucket) {}

    /**
     * Reads the environment.
     *
     * @throws dev.headroom.config.ConfigurationException with all that is wrong with it
     */
    public static Settings of(Map<String, String> environment) {
        Reader read = new Reader(environment);
        Path dataDir =
                read.value("DATA_DIR", Path.of("data"), Path::of, "a folder").toAbsolutePath();
        Settings settings = new Settings(
                read.value("PORT", 8080, Reader::port, "0 to 65535"),
                dataDir,
                read.text("DATABASE_URL").map(read::database),
                read.list("REPLICA_URLS"),
                read.text("MEMCACHED"),
                read.text("S3_BUCKET").map(read::s3),
                read.value("BLOB_DIR", dataDir.resolve("blobs"), Path::of, "a folder"),
                read.address("SMTP"),
                read.address("STATSD"),
                read.value("CACHE", CacheMode.ON, Reader.oneOf(CacheMode.class), "on, naive or off"),
                read.value("THROTTLE", Gate.Mode.ENFORCE, Reader::throttle, "on, observe or off"));
        read.check(settings);
        return settings;
    }

    private record Reader(Map<String, String> environment, Problems problems) {
        Reader(Map<String, String> environment) {
            this(environment, new Problems());
        }

        Optional<String> text(String name) {
            return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
        }

        List<String> list(String name) {
            return text(name)
                    .map(text -> Arrays.stream(text.split(","))
                            .map(String::strip)
                            .filter(url -> !url.isEmpty())
                            .toList())
                    .orElse(List.of());
        }

        <T> T value(String name, T fallback, Function<String, T> parse, String expected) {
            Optional<String> text = text(name);
            if (text.isEmpty()) {
                return fallback;
            }
            try {
                return parse.apply(text.get());
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(name, text.get(), expected));
                return fallback;
            }
        }

        Optional<InetSocketAddress> address(String name) {
            return value(
                    name,
                    Optional.empty(),
                    text -> {
                        int colon = text.lastIndexOf(':');
                        if (colon < 1) {
                            throw new IllegalArgumentException(text);
                        }
                        return Optional.of(InetSocketAddress.createUnresolved(
                                text.substring(0, colon), port(text.substring(colon + 1))));
                    },
                    "host:port");
        }

        Database database(String url) {
            problems.unless(isPostgres(url), "DATABASE_URL", withoutSecrets(url), "a jdbc:postgresql: URL");
            return new Database(
                    url,
                    text("DATABASE_USER").orElse("postgres"),
                    text("DATABASE_PASSWORD").orElse(""));
        }

        S3 s3(String bucket) {
            return new S3(value("S3_ENDPOINT", Optional.empty(), Reader::endpoint, "an http: or https: URL"), bucket);
        }

        void check(Settings settings) {
            problems.unless(
                    settings.replicas.isEmpty() || settings.database.isPresent(),
                    "REPLICA_URLS",
                    settings.replicas.stream().map(Settings::withoutSecrets).toList(),
                    "none, unless DATABASE_URL is set");
            for (String url : settings.replicas) {
                problems.unless(isPostgres(url), "REPLICA_URLS", withoutSecrets(url), "jdbc:postgresql: URLs");
            }
            settings.memcached.ifPresent(this::checkMemcached);
            for (String name : List.of("DATABASE_USER", "DATABASE_PASSWORD")) {
                problems.unless(
                        text(name).isEmpty() || settings.database.isPresent(),
                        name,
                        "set",
                        "unset, unless DATABASE_URL is set");
            }
            problems.unless(
                    text("S3_ENDPOINT").isEmpty() || settings.s3.isPresent(),
                    "S3_BUCKET",
                    "unset",
                    "a bucket, since S3_ENDPOINT is set");
            problems.unless(
                    settings.s3.isEmpty() || text("BLOB_DIR").isEmpty(),
                    "BLOB_DIR",
                    settings.blobDir,
                    "unset, since S3_BUCKET is set");
            problems.unless(
                    settings.database.isEmpty()
                            || settings.s3.isPresent()
                            || text("BLOB_DIR").isPresent(),
                    "BLOB_DIR",
                    "unset",
                    "a folder, or S3_BUCKET: since DATABASE_URL is set, other instances may look for the same photographs");
            problems.throwIfAny();
        }

        private void checkMemcached(String nodes) {
            try {
                Memcached.nodes(nodes);
            } catch (ConfigurationException e) {
                problems.add(new Problem("MEMCACHED", nodes, "host:port,host:port"));
            }
        }

        private static boolean isPostgres(String url) {
            return url.startsWith("jdbc:postgresql:");
        }

        static Optional<URI> endpoint(String text) {
            URI address = URI.create(text);
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (!http || address.getHost() == null) {
                throw new IllegalArgumentException(text);
            }
            return Optional.of(address);
        }

        static int port(String text) {
            int port = Integer.parseInt(text);
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException(text);
            }
            return port;
        }

        static Gate.Mode throttle(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "on" -> Gate.Mode.ENFORCE;
                case "observe" -> Gate.Mode.OBSERVE;
                case "off" -> Gate.Mode.OFF;
                default -> throw new IllegalArgumentException(text);
            };
        }

        static <E extends Enum<E>> Function<String, E> oneOf(Class<E> type) {
            return text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        }
    }
}
