package dev.headroom.cache.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;

/** The keys of pages: the address as the visitor has it, without the parameters that no page depends on. */
final class PageKeys {
    private final PageOptions options;

    PageKeys(PageOptions options) {
        this.options = options;
    }

    String of(HttpServletRequest request) {
        String part = options.keyPart().apply(request);
        String address = address(
                request.getScheme(),
                request.getServerName(),
                request.getServerPort(),
                request.getRequestURI(),
                request.getQueryString());
        return part.isEmpty() ? address : address + "\n" + part;
    }

    /** The key of an absolute address, for the empty key part. */
    String of(URI address) {
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? 443 : 80;
        String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        return address(
                scheme,
                address.getHost(),
                address.getPort() < 0 ? usual : address.getPort(),
                path,
                address.getRawQuery());
    }

    /** The key of the variant that a request asks for. */
    static String variant(String base, StoredPage variants, HttpServletRequest request) {
        StringBuilder key = new StringBuilder(base).append('\n').append(variants.generation());
        for (String name : variants.vary()) {
            key.append('\n').append(name).append(": ").append(values(request.getHeaders(name)));
        }
        return key.toString();
    }

    private static String values(Enumeration<String> values) {
        List<String> all = Collections.list(values);
        all.replaceAll(value -> value.strip().replaceAll("\\s+", " "));
        return String.join(", ", all);
    }

    private String address(
            String scheme, String host, int port, String path, @org.jspecify.annotations.Nullable String query) {
        String kept = query == null ? "" : kept(query);
        return scheme.toLowerCase(Locale.ROOT) + "://" + host.toLowerCase(Locale.ROOT) + ":" + port + path
                + (kept.isEmpty() ? "" : "?" + kept);
    }

    private String kept(String query) {
        if (options.ignoredParameters().isEmpty()) {
            return query;
        }
        List<String> kept = new ArrayList<>();
        for (String parameter : query.split("&")) {
            int equals = parameter.indexOf('=');
            if (!options.ignoredParameters().contains(equals < 0 ? parameter : parameter.substring(0, equals))) {
                kept.add(parameter);
            }
        }
        return String.join("&", kept);
    }
}
