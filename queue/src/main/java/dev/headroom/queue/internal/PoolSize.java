package dev.headroom.queue.internal;

import java.util.List;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections a pool gives out at most, where it says so: HikariCP, DBCP, Tomcat's and c3p0 do, by one property or another, also behind
 * {@linkplain DataSources wrappers}.
 */
final class PoolSize {
    private static final List<String> GETTERS =
            List.of("getMaximumPoolSize", "getMaxTotal", "getMaxPoolSize", "getMaxActive");

    /** The heartbeat's connection, one for claims, one for ends and one for those that could not be written with the others. */
    private static final int BOOKKEEPERS = 4;

    private static final Logger log = LoggerFactory.getLogger(PoolSize.class);

    private PoolSize() {}

    /** Warns of a pool that is too small for jobs that hold a connection each: it keeps claims and completions waiting, which they need to go on. */
    static void check(QueueOptions options, int holding) {
        int wanted = holding + BOOKKEEPERS;
        OptionalInt size = of(options.dataSource());
        if (holding > 0
                && options.bookkeeping() == options.dataSource()
                && size.isPresent()
                && size.getAsInt() < wanted) {
            log.warn(
                    "{}: its data source gives out {} connections at most (expected: >= {}, as up to {} jobs hold one"
                            + " while they run; have fewer workers, or set bookkeeping to a pool of its own)",
                    options.name(),
                    size.getAsInt(),
                    wanted,
                    holding);
        }
    }

    /** Empty if it does not say. */
    static OptionalInt of(DataSource dataSource) {
        for (DataSource each : DataSources.chain(dataSource)) {
            for (String getter : GETTERS) {
                if (call(each, getter) instanceof Integer size && size > 0) {
                    return OptionalInt.of(size);
                }
            }
        }
        return OptionalInt.empty();
    }

    private static @Nullable Object call(Object target, String getter) {
        try {
            return target.getClass().getMethod(getter).invoke(target);
        } catch (ReflectiveOperationException | RuntimeException none) {
            return null;
        }
    }
}
