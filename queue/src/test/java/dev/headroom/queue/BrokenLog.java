package dev.headroom.queue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** Warnings and errors of internal classes can't be logged, until it is closed. */
final class BrokenLog implements AutoCloseable {
    private final AtomicInteger thrown = new AtomicInteger();
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Refusal refusal;

    BrokenLog(String... internal) {
        refusal = new Refusal(Stream.of(internal)
                .map(each -> "dev.headroom.queue.internal." + each)
                .toList());
        refusal.start();
        context.addTurboFilter(refusal);
    }

    /** How often a message was refused. */
    int thrown() {
        return thrown.get();
    }

    private final class Refusal extends TurboFilter {
        private final List<String> refused;

        Refusal(List<String> refused) {
            this.refused = refused;
        }

        @Override
        public FilterReply decide(
                Marker marker, Logger logger, Level level, String format, Object[] arguments, Throwable thrownBefore) {
            if (level.isGreaterOrEqual(Level.WARN) && refused.contains(logger.getName())) {
                thrown.incrementAndGet();
                throw new IllegalStateException("log: broken");
            }
            return FilterReply.NEUTRAL;
        }
    }

    @Override
    public void close() {
        context.getTurboFilterList().remove(refusal);
    }
}
