package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceProcess;

/** A service that somebody else runs: it has an address and no controls. */
public abstract class ExternalService implements ServiceProcess {

    private final String name;
    private final String host;
    private final int port;

    /** Takes an address. */
    protected ExternalService(String name, String host, int port) {
        this.name = name;
        this.host = host;
        this.port = port;
    }

    @Override
    public final String name() {
        return name;
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
    public final IllegalStateException notOurs(String method) {
        return new IllegalStateException(method + "(): " + name()
                + " runs outside the test kit, which controls only the servers it has started");
    }
}
