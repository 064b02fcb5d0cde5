package dev.headroom.queue.internal;

import java.util.List;
import java.util.OptionalInt;
import javax.sql.DataSource;

/** How many connections a pool gives out at most, where it says so: HikariCP, DBCP, Tomcat's and c3p0 do, by one property or another. */
final class PoolSize {
    private static final List<String> GETTERS =
            List.of("getMaximumPoolSize", "getMaxTotal", "getMaxPoolSize", "getMaxActive");

    private PoolSize() {}

    /** Empty if it does not say. */
    static OptionalInt of(DataSource dataSource) {
        for (String getter : GETTERS) {
            try {
                if (dataSource.getClass().getMethod(getter).invoke(dataSource) instanceof Integer size && size > 0) {
                    return OptionalInt.of(size);
                }
            } catch (ReflectiveOperationException | RuntimeException another) {
                continue;
            }
        }
        return OptionalInt.empty();
    }
}
