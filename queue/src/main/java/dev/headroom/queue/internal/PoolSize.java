package dev.headroom.queue.internal;

import java.util.List;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How many connections a pool gives out at most, where it says so: HikariCP, DBCP, Tomcat's and c3p0 do, by one property or another, also behind
 * wrappers that unwrap to it, as JDBC wants, or give it as Spring's do.
 */
final class PoolSize {
    private static final List<String> GETTERS =
            List.of("getMaximumPoolSize", "getMaxTotal", "getMaxPoolSize", "getMaxActive");

    private static final int DEEPEST = 8;

    private PoolSize() {}

    /** Empty if it does not say. */
    static OptionalInt of(DataSource dataSource) {
        DataSource each = dataSource;
        for (int depth = 0; each != null && depth < DEEPEST; depth++) {
            for (String getter : GETTERS) {
                if (call(each, getter) instanceof Integer size && size > 0) {
                    return OptionalInt.of(size);
                }
            }
            each = behind(each);
        }
        return OptionalInt.empty();
    }

    private static @Nullable DataSource behind(DataSource wrapper) {
        Object target = call(wrapper, "getTargetDataSource");
        if (target instanceof DataSource behind && behind != wrapper) {
            return behind;
        }
        try {
            DataSource behind = wrapper.unwrap(DataSource.class);
            return behind == wrapper ? null : behind;
        } catch (Exception none) {
            return null;
        }
    }

    private static @Nullable Object call(Object target, String getter) {
        try {
            return target.getClass().getMethod(getter).invoke(target);
        } catch (ReflectiveOperationException | RuntimeException none) {
            return null;
        }
    }
}
