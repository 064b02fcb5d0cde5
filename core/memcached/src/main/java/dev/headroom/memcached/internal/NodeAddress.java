package dev.headroom.memcached.internal;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node as configured. */
public record NodeAddress(String id, String host, int port) {
    private static final int DEFAULT_PORT = 11211;
    private static final Pattern FORM =
            Pattern.compile("(?:([A-Za-z][A-Za-z0-9_-]*):)??(\\[[0-9A-Fa-f:.%]+\\]|[A-Za-z0-9._-]+)(?::(\\d{1,5}))?");

    /** Reads a list separated by commas or white space. */
    public static List<NodeAddress> list(String text) {
        List<NodeAddress> addresses = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (String part : Checks.notBlank("nodes", text).strip().split("[\\s,]+")) {
            NodeAddress address = parse(part);
            Checks.that(ids.add(address.id), "nodes", part, "every node once");
            addresses.add(address);
        }
        return List.copyOf(Checks.notEmpty("nodes", addresses));
    }

    private static NodeAddress parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw malformed(text);
        }
        String host = form.group(2);
        int port = form.group(3) == null ? DEFAULT_PORT : Integer.parseInt(form.group(3));
        if (port < 1 || port > 65535) {
            throw malformed(text);
        }
        String id = form.group(1) != null ? form.group(1) : host + ":" + port;
        return new NodeAddress(id, host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
    }

    private static ConfigurationException malformed(String text) {
        return new ConfigurationException("nodes", text, "host:port or id:host:port");
    }

    @Override
    public String toString() {
        return id.equals(host + ":" + port) ? id : id + " (" + host + ":" + port + ")";
    }
}
