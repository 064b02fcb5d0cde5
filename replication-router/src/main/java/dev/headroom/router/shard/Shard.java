package dev.headroom.router.shard;

import dev.headroom.config.Checks;

/**
 * A logical database and where it is.
 *
 * @param number its number, from 1
 * @param database its name, for example {@code db0042}
 * @param cluster the name of the cluster that holds it
 */
public record Shard(int number, String database, String cluster) {
    /** Checks that nothing is null. */
    public Shard {
        Checks.present("database", database);
        Checks.present("cluster", cluster);
    }
}
