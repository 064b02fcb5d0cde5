package dev.headroom.inventory;

import dev.headroom.config.Checks;
import dev.headroom.config.Problem;
import dev.headroom.config.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads hosts from JSON; tells all that is wrong at once. */
final class HostJson {
    private HostJson() {}

    /** The hosts of {@code {"service": [{"host": …, "port": …, "property": …}]}}, in their order. */
    static List<Host> read(String text) {
        Object document = new JsonReader(text).read();
        Checks.that(document instanceof Map, "inventory", shown(document), "an object of services");
        List<Host> hosts = new ArrayList<>();
        Problems problems = new Problems();
        ((Map<?, ?>) document)
                .forEach((service, list) ->
                        problems.collect(() -> hosts(String.valueOf(service), list, hosts, problems)));
        problems.throwIfAny();
        return hosts;
    }

    private static void hosts(String service, Object list, List<Host> hosts, Problems problems) {
        Checks.name("service", service);
        Checks.that(list instanceof List, service, shown(list), "a list of hosts");
        for (Object each : (List<?>) list) {
            if (each instanceof Map<?, ?> object) {
                problems.collect(() -> hosts.add(host(service, object, problems)));
            } else {
                problems.add(new Problem(service, shown(each), "an object with host and port"));
            }
        }
    }

    private static Host host(String service, Map<?, ?> object, Problems problems) {
        Object host = object.get("host");
        problems.unless(host instanceof String text && !text.isBlank(), service + ".host", host, "a text");
        Object port = object.containsKey("port") ? object.get("port") : Long.valueOf(0);
        boolean known = port instanceof Long number && number >= 0 && number <= 65_535;
        problems.unless(known, service + ".port", shown(port), "a number from 0 to 65535");
        Map<String, String> properties = new LinkedHashMap<>();
        object.forEach((key, value) -> {
            if (!key.equals("host") && !key.equals("port")) {
                boolean plain = value instanceof String || value instanceof Number || value instanceof Boolean;
                problems.unless(plain, service + "." + key, shown(value), "a text, a number, true or false");
                properties.put(String.valueOf(key), String.valueOf(value));
            }
        });
        return new Host(service, String.valueOf(host), known ? ((Long) port).intValue() : 0, properties);
    }

    private static String shown(Object value) {
        return value instanceof Map ? "an object" : value instanceof List ? "a list" : String.valueOf(value);
    }
}
