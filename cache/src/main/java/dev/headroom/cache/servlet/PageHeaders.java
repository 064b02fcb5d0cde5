package dev.headroom.cache.servlet;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Status, headers, type and cookies that a page has set so far; kept apart from what outer filters have set for this visitor. */
final class PageHeaders {
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "content-length",
            "age",
            "date");

    private final Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    /** Those that take the place of what outer filters have set; the others come beside it. */
    private final Set<String> replacing = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    private final List<Cookie> cookies = new ArrayList<>();
    private int status = HttpServletResponse.SC_OK;
    private @Nullable String type;
    private @Nullable String charset;

    int status() {
        return status;
    }

    void status(int status) {
        this.status = status;
    }

    void set(String name, @Nullable String value) {
        if (value == null) {
            values.remove(name);
        } else if (name.equalsIgnoreCase("Content-Type")) {
            type(value);
        } else {
            values.put(name, new ArrayList<>(List.of(value)));
            replacing.add(name);
        }
    }

    void add(String name, @Nullable String value) {
        if (name.equalsIgnoreCase("Content-Type")) {
            type(value);
        } else if (value != null) {
            values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        }
    }

    List<String> get(String name) {
        String whole = type();
        if (name.equalsIgnoreCase("Content-Type")) {
            return whole == null ? List.of() : List.of(whole);
        }
        return Collections.unmodifiableList(values.getOrDefault(name, List.of()));
    }

    Set<String> names() {
        return Collections.unmodifiableSet(values.keySet());
    }

    void cookie(Cookie cookie) {
        cookies.add(cookie);
    }

    boolean hasCookies() {
        return !cookies.isEmpty();
    }

    void type(@Nullable String whole) {
        if (whole == null) {
            type = null;
            return;
        }
        int at = whole.toLowerCase(Locale.ROOT).indexOf("charset=");
        if (at < 0) {
            type = whole.strip();
            return;
        }
        String rest = whole.substring(at + "charset=".length());
        int end = rest.indexOf(';');
        charset = (end < 0 ? rest : rest.substring(0, end)).replace("\"", "").strip();
        String before = whole.substring(0, at).strip();
        type = before.endsWith(";") ? before.substring(0, before.length() - 1).strip() : before;
    }

    /** The type, with the character encoding if one was set. */
    @Nullable String type() {
        return type == null || charset == null ? type : type + ";charset=" + charset;
    }

    void charset(@Nullable String charset) {
        this.charset = charset;
    }

    @Nullable String charset() {
        return charset;
    }

    void clear() {
        values.clear();
        replacing.clear();
        cookies.clear();
        status = HttpServletResponse.SC_OK;
        type = null;
        charset = null;
    }

    /** All of it, in any case of names, as the policy reads it. */
    Map<String, List<String>> all() {
        Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        values.forEach((name, list) -> all.put(name, List.copyOf(list)));
        String whole = type();
        if (whole != null) {
            all.put("Content-Type", List.of(whole));
        }
        if (hasCookies()) {
            all.put("Set-Cookie", List.of("…"));
        }
        return all;
    }

    /** What of it belongs to the page, and not to one connection. */
    Map<String, List<String>> ofThePage() {
        Map<String, List<String>> page = all();
        page.keySet().removeIf(name -> OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT)));
        page.remove("Set-Cookie");
        return page;
    }

    /** The names of those that come beside what outer filters have set. */
    List<String> beside() {
        return values.keySet().stream()
                .filter(name -> !replacing.contains(name))
                .toList();
    }

    /** Sends a header, in place of what there is or beside it. */
    static void send(HttpServletResponse response, String name, List<String> values, boolean beside) {
        int first = beside ? 0 : 1;
        if (!beside) {
            response.setHeader(name, values.get(0));
        }
        values.subList(first, values.size()).forEach(value -> response.addHeader(name, value));
    }

    /** What is for this visitor alone, of a page that is otherwise sent as one that is kept. */
    void copyCookiesTo(HttpServletResponse response) {
        values.getOrDefault("Set-Cookie", List.of()).forEach(value -> response.addHeader("Set-Cookie", value));
        cookies.forEach(response::addCookie);
    }

    /** All of it. */
    void copyTo(HttpServletResponse response) {
        response.setStatus(status);
        String whole = type();
        if (whole != null) {
            response.setContentType(whole);
        } else if (charset != null) {
            response.setCharacterEncoding(charset);
        }
        values.forEach((name, list) -> send(response, name, list, !replacing.contains(name)));
        cookies.forEach(response::addCookie);
    }
}
