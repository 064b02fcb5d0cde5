package dev.headroom.queue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What an internal class warns of, until it is closed. */
final class Warnings implements AutoCloseable {
    private final Logger logger;
    private final @Nullable Level before;
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    Warnings(String internal) {
        logger = (Logger) LoggerFactory.getLogger("dev.headroom.queue.internal." + internal);
        before = logger.getLevel();
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
        log.start();
        logger.addAppender(log);
    }

    List<String> messages() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.setLevel(before);
        logger.setAdditive(true);
        logger.detachAppender(log);
    }
}
