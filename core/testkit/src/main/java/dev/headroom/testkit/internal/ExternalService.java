package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceProcess;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A service that somebody else runs: it has an address and no controls. */
public abstract class ExternalService implements ServiceProcess {

    private static final Pattern HOST_AND_PORT = Pattern.compile("([^:\\s]+|\\[[^]]+])[:](\\d{1,5})");

    private final String host;
    private final int port;

    /**
     * Takes an address.
     *
     * @param option the name of what was given, for the message
     */
    protected ExternalService(String option, String hostAndPort) {
        Matcher matcher = HOST_AND_PORT.matcher(hostAndPort);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(option + ": " + hostAndPort + " (expected: host:port)");
        }
        this.host = matcher.group(1);
        this.port = Integer.parseInt(matcher.group(2));
    }

    @Override
    public final String name() {
        return host + ":" + port;
    }

    @Override
    public final String host() {
        return host;
    }

    @Override
    public final int port() {
        return port;
    }

    @Override
    public final boolean running() {
        return true;
    }

    @Override
    public final long pid() {
        throw notOurs("pid");
    }

    @Override
    public final void suspend() {
        throw notOurs("suspend");
    }

    @Override
    public final void resume() {
        throw notOurs("resume");
    }

    @Override
    public final void kill() {
        throw notOurs("kill");
    }

    @Override
    public final void stop() {
        throw notOurs("stop");
    }

    @Override
    public final void restart() {
        throw notOurs("restart");
    }

    /** The error of every control. */
    protected final IllegalStateException notOurs(String method) {
        return new IllegalStateException(method + "(): " + name()
                + " runs outside the test kit, which controls only the servers it has started");
    }
}
