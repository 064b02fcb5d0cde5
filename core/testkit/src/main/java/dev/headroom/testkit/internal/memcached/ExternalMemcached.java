package dev.headroom.testkit.internal.memcached;

import dev.headroom.testkit.MemcachedNode;
import dev.headroom.testkit.internal.ExternalService;

/** A memcached that somebody else runs. */
public final class ExternalMemcached extends ExternalService implements MemcachedNode {

    /** Takes it by its address. */
    public ExternalMemcached(String hostAndPort) {
        super(ENVIRONMENT_VARIABLE, hostAndPort);
    }

    @Override
    public void close() {
        // somebody else's
    }
}
