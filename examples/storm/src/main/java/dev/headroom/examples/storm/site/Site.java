package dev.headroom.examples.storm.site;

import dev.headroom.testkit.PostgresCluster;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The site under load: one or more instances that show the same. */
public interface Site extends AutoCloseable {

    /** A site that somebody else runs, at addresses with commas between them. */
    static Site running(String urls) {
        List<URI> instances = Arrays.stream(urls.split(","))
                .map(url -> URI.create(url.strip().replaceAll("/+$", "")))
                .toList();
        return new Site() {
            @Override
            public List<URI> instances() {
                return instances;
            }

            @Override
            public Optional<Inside> inside() {
                return Optional.empty();
            }

            @Override
            public boolean sharesMemcached() {
                return false;
            }

            @Override
            public Optional<PostgresCluster> databases() {
                return Optional.empty();
            }

            @Override
            public void close() {
                // it goes on
            }
        };
    }

    /** The addresses of the instances, without a slash at the end. */
    List<URI> instances();

    /** A look behind the pages, for a site that storm has started. */
    Optional<Inside> inside();

    /** Whether all instances are known to have one memcached, and with it one cache. */
    boolean sharesMemcached();

    /** The databases, to be broken, of a site that storm has started. */
    Optional<PostgresCluster> databases();

    /** Ends what was started for it. */
    @Override
    void close();

    /** An address on an instance. */
    static URI at(URI instance, String path) {
        return URI.create(instance + path);
    }
}
