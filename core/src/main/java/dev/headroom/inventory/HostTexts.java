package dev.headroom.inventory;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problems;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads hosts from texts of the form {@code name:port?property=value&property=value}. */
final class HostTexts {
    private static final String VARIABLE = "HEADROOM_SERVICE_";
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9A-Fa-f:.%]+\\]|[^\\s:\\[\\]?&,]+)(?::(\\d{1,5}))?");

    private HostTexts() {}

    /** The hosts of a properties file's text, in the order of its lines. */
    static List<Host> ofProperties(String text) {
        Map<String, String> lines = new LinkedHashMap<>();
        Problems problems = new Problems();
        Properties ordered = new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
                boolean first = lines.put((String) key, (String) value) == null;
                problems.unless(first, (String) key, value, "one line of that name");
                return "";
            }
        };
        try {
            ordered.load(new StringReader(text));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        List<Host> hosts = new ArrayList<>();
        lines.forEach((key, value) -> problems.collect(() -> {
            int dot = key.indexOf('.');
            hosts.add(host(key, dot < 0 ? key : key.substring(0, dot), value));
        }));
        problems.throwIfAny();
        return hosts;
    }

    /** The hosts of environment variables, in the order of the services' names. */
    static List<Host> ofEnvironment(Map<String, String> variables) {
        List<Host> hosts = new ArrayList<>();
        Problems problems = new Problems();
        new TreeMap<>(variables).forEach((name, value) -> {
            if (name.startsWith(VARIABLE) && name.length() > VARIABLE.length()) {
                String service = name.substring(VARIABLE.length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '-');
                for (String text : value.split(",", -1)) {
                    problems.collect(() -> hosts.add(host(name, service, text)));
                }
            }
        });
        problems.throwIfAny();
        return hosts;
    }

    private static Host host(String option, String service, String given) {
        String text = given.strip();
        int question = text.indexOf('?');
        Matcher address = ADDRESS.matcher(question < 0 ? text : text.substring(0, question));
        int port = address.matches() && address.group(2) != null ? Integer.parseInt(address.group(2)) : 0;
        Checks.that(address.matches() && port <= 65_535, option, text, "host:port?property=value&property=value");
        return new Host(
                Checks.name(option, service),
                address.group(1),
                port,
                question < 0 ? Map.of() : properties(option, text.substring(question + 1)));
    }

    private static Map<String, String> properties(String option, String query) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            Checks.that(equals > 0, option, pair, "property=value");
            String key = decoded(option, pair.substring(0, equals));
            boolean first = properties.put(key, decoded(option, pair.substring(equals + 1))) == null;
            Checks.that(first, option, pair, "each property once");
        }
        return properties;
    }

    private static String decoded(String option, String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            throw new ConfigurationException(option, text, "two hexadecimal digits after each %");
        }
    }
}
