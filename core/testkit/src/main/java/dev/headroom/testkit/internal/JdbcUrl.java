package dev.headroom.testkit.internal;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of a JDBC URL of the shape {@code jdbc:product://host:port/database?user=…&password=…}.
 *
 * @param text all of it
 * @param bare what is before the question mark, which may be shown
 */
public record JdbcUrl(String text, String bare, String host, int port, String parameters) {

    private static final Pattern SHAPE =
            Pattern.compile("(jdbc:([a-z]+)://([^:/?]+|\\[[^]]+])(?::(\\d{1,5}))?/[^/?]+)(\\?.*)?");

    /**
     * Takes a URL apart.
     *
     * @param product what has to follow {@code jdbc:}
     * @throws IllegalArgumentException if it has another shape or product
     */
    public static JdbcUrl parse(String text, String product, int defaultPort) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches() || !product.equals(matcher.group(2))) {
            throw new IllegalArgumentException("jdbcUrl: " + withoutParameters(text) + " (expected: jdbc:" + product
                    + "://host:port/database?user=…&password=…)");
        }
        int port = matcher.group(4) == null ? defaultPort : Integer.parseInt(matcher.group(4));
        String parameters = matcher.group(5) == null ? "" : matcher.group(5);
        return new JdbcUrl(text, matcher.group(1), matcher.group(3), port, parameters);
    }

    /** The same server's URL of another database. */
    public String ofDatabase(String database) {
        return bare.substring(0, bare.lastIndexOf('/') + 1) + database + parameters;
    }

    /** The value of a parameter, empty if it is not there. */
    public String parameter(String name) {
        Matcher matcher = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(parameters);
        return matcher.find() ? URLDecoder.decode(matcher.group(1), StandardCharsets.UTF_8) : "";
    }

    /** Without the parameters, among which is the password. */
    @Override
    public String toString() {
        return bare;
    }

    private static String withoutParameters(String url) {
        int question = url.indexOf('?');
        return question < 0 ? url : url.substring(0, question);
    }
}
