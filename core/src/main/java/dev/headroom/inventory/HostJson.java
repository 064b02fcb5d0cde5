package dev.headroom.inventory;

import dev.headroom.config.Checks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads hosts from JSON. */
final class HostJson {
    private HostJson() {}

    /** The hosts of {@code {"service": [{"host": …, "port": …, "property": …}]}}, in their order. */
    static List<Host> read(String text) {
        List<Host> hosts = new ArrayList<>();
        Object document = new JsonReader(text).read();
        Checks.that(document instanceof Map, "inventory", shown(document), "an object of services");
        ((Map<?, ?>) document).forEach((service, list) -> {
            String name = Checks.name("service", String.valueOf(service));
            Checks.that(list instanceof List, name, shown(list), "a list of hosts");
            for (Object each : (List<?>) list) {
                Checks.that(each instanceof Map, name, shown(each), "an object with host and port");
                hosts.add(host(name, (Map<?, ?>) each));
            }
        });
        return hosts;
    }

    private static Host host(String service, Map<?, ?> object) {
        Object host = object.get("host");
        Checks.that(host instanceof String text && !text.isBlank(), service + ".host", String.valueOf(host), "a text");
        int port = 0;
        Map<String, String> properties = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : object.entrySet()) {
            String key = String.valueOf(entry.getKey());
            Object value = entry.getValue();
            if (key.equals("port")) {
                Checks.that(value instanceof Long, service + ".port", shown(value), "a number from 0 to 65535");
                port = Checks.between(service + ".port", Math.toIntExact((Long) value), 0, 65_535);
            } else if (!key.equals("host")) {
                boolean plain = value instanceof String || value instanceof Number || value instanceof Boolean;
                Checks.that(plain, service + "." + key, shown(value), "a text, a number, true or false");
                properties.put(key, String.valueOf(value));
            }
        }
        return new Host(service, String.valueOf(host), port, properties);
    }

    private static String shown(Object value) {
        return value instanceof Map ? "an object" : value instanceof List ? "a list" : String.valueOf(value);
    }
}
