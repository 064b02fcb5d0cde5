package dev.headroom.cache.jcache;

import java.lang.management.ManagementFactory;
import javax.cache.CacheException;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.management.CacheMXBean;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** Registers a cache's MXBeans under the names that the specification gives them. */
final class Management {
    private Management() {}

    static void register(Object bean, String type, StandardCache<?, ?> cache) {
        try {
            ObjectName name = name(type, cache);
            if (!server().isRegistered(name)) {
                server().registerMBean(bean, name);
            }
        } catch (JMException e) {
            throw new CacheException("cache " + cache.getName() + ": can't register " + type + ": " + e, e);
        }
    }

    static void unregister(String type, StandardCache<?, ?> cache) {
        try {
            ObjectName name = name(type, cache);
            if (server().isRegistered(name)) {
                server().unregisterMBean(name);
            }
        } catch (JMException e) {
            throw new CacheException("cache " + cache.getName() + ": can't unregister " + type + ": " + e, e);
        }
    }

    private static MBeanServer server() {
        return ManagementFactory.getPlatformMBeanServer();
    }

    private static ObjectName name(String type, StandardCache<?, ?> cache) throws JMException {
        return new ObjectName("javax.cache:type=" + type + ",CacheManager="
                + safe(cache.getCacheManager().getURI().toString()) + ",Cache=" + safe(cache.getName()));
    }

    private static String safe(@Nullable String text) {
        return text == null ? "" : text.replaceAll("[:=\n,]", ".");
    }

    /** What a cache was configured with. */
    record Configured(CompleteConfiguration<?, ?> configuration) implements CacheMXBean {
        @Override
        public String getKeyType() {
            return configuration.getKeyType().getName();
        }

        @Override
        public String getValueType() {
            return configuration.getValueType().getName();
        }

        @Override
        public boolean isReadThrough() {
            return configuration.isReadThrough();
        }

        @Override
        public boolean isWriteThrough() {
            return configuration.isWriteThrough();
        }

        @Override
        public boolean isStoreByValue() {
            return configuration.isStoreByValue();
        }

        @Override
        public boolean isStatisticsEnabled() {
            return configuration.isStatisticsEnabled();
        }

        @Override
        public boolean isManagementEnabled() {
            return configuration.isManagementEnabled();
        }
    }
}
