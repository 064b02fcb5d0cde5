package dev.headroom.session;

import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.Set;

/** A servlet container on a free port, with the session filter and the test's servlet. */
interface WebServer extends AutoCloseable {
    Set<DispatcherType> DISPATCHES =
            EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD);

    int port();

    @Override
    void close();
}
