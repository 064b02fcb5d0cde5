package dev.headroom.queue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.headroom.RequestContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What a logger is given, and the trace and user in its MDC then, until it is closed. */
final class LoggedLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    record Line(
            String text, @Nullable String trace, @Nullable String user) {}

    private final Logger logger;
    private final @Nullable Level before;
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    LoggedLines(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
        before = logger.getLevel();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        start();
        logger.addAppender(this);
    }

    /** Those of an internal class. */
    static LoggedLines of(String internal) {
        return new LoggedLines("dev.headroom.queue.internal." + internal);
    }

    /** On the thread that logs, whose MDC it is. */
    @Override
    protected void append(ILoggingEvent event) {
        lines.add(new Line(
                event.getFormattedMessage(),
                event.getMDCPropertyMap().get(RequestContext.MDC_TRACE),
                event.getMDCPropertyMap().get(RequestContext.MDC_USER)));
    }

    List<Line> lines() {
        return lines;
    }

    @Override
    public void close() {
        logger.setLevel(before);
        logger.setAdditive(true);
        logger.detachAppender(this);
    }
}
