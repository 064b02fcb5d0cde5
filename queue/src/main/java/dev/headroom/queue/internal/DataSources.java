package dev.headroom.queue.internal;

import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What is behind data sources that wrap others, as far as they tell: they unwrap to it, as JDBC wants, or give it as Spring's do. */
public final class DataSources {
    private static final int DEEPEST = 8;

    private DataSources() {}

    /** The data source, and each that the one before it wraps. */
    public static List<DataSource> chain(DataSource dataSource) {
        List<DataSource> chain = new ArrayList<>();
        DataSource each = dataSource;
        while (each != null && chain.size() < DEEPEST) {
            chain.add(each);
            each = behind(each);
        }
        return chain;
    }

    private static @Nullable DataSource behind(DataSource wrapper) {
        try {
            Object target = wrapper.getClass().getMethod("getTargetDataSource").invoke(wrapper);
            if (target instanceof DataSource behind && behind != wrapper) {
                return behind;
            }
        } catch (ReflectiveOperationException | RuntimeException none) {
            // Not one of Spring's kind.
        }
        try {
            DataSource behind = wrapper.unwrap(DataSource.class);
            return behind == wrapper ? null : behind;
        } catch (Exception none) {
            return null;
        }
    }
}
