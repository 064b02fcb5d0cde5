package dev.headroom.testkit.internal.memcached;

import dev.headroom.testkit.MemcachedNode;
import dev.headroom.testkit.internal.ExternalService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A memcached that somebody else runs. */
public final class ExternalMemcached extends ExternalService implements MemcachedNode {

    private static final Pattern HOST_AND_PORT = Pattern.compile("([^:\\s]+|\\[[^]]+]):(\\d{1,5})");

    private ExternalMemcached(String host, int port) {
        super(host + ":" + port, host, port);
    }

    /** Takes it by its address. */
    public static ExternalMemcached at(String hostAndPort) {
        Matcher matcher = HOST_AND_PORT.matcher(hostAndPort);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(ENVIRONMENT_VARIABLE + ": " + hostAndPort + " (expected: host:port)");
        }
        return new ExternalMemcached(matcher.group(1), Integer.parseInt(matcher.group(2)));
    }

    @Override
    public void close() {
        // somebody else's
    }
}
