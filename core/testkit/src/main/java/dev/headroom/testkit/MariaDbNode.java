package dev.headroom.testkit;

/**
 * One MariaDB server of a {@link MariaDbCluster}: a {@link DatabaseNode} that can take the primary's place. Safe for use by several
 * threads.
 *
 * <pre>{@code
 * cluster.primary().kill();
 * cluster.standbys().get(0).promote();
 * }</pre>
 */
public interface MariaDbNode extends DatabaseNode {

    /**
     * Makes this replica the primary of the cluster: it forgets whom it followed and takes writes. The former primary is not touched: kill
     * or stop it first, or two primaries run. Other replicas go on following the former one.
     */
    void promote();
}
