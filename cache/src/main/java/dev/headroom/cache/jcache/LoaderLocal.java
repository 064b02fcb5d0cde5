package dev.headroom.cache.jcache;

import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The managers of each class loader. They refer to their loader, by the classes of what they hold, so whoever holds them holds the loader. So nothing here does: they
 * hang on a class that the loader itself has defined, and go with it. (As values of a {@link java.util.WeakHashMap} they would keep their own key alive.)
 */
final class LoaderLocal {
    private final ClassValue<Map<URI, Manager>> managers = new ClassValue<>() {
        @Override
        protected Map<URI, Manager> computeValue(Class<?> anchor) {
            return new HashMap<>();
        }
    };

    Map<URI, Manager> of(ClassLoader loader) {
        return managers.get(anchor(loader));
    }

    void remove(ClassLoader loader) {
        managers.remove(anchor(loader));
    }

    /** A class that the loader has defined, the same at each call. */
    private static Class<?> anchor(ClassLoader loader) {
        return Proxy.newProxyInstance(loader, new Class<?>[] {Supplier.class}, (proxy, method, arguments) -> null)
                .getClass();
    }
}
