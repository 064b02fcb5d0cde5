package dev.headroom.inventory;

import dev.headroom.config.ConfigurationException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small strict reader of JSON (RFC 8259): objects as maps in their order, names once each; arrays as lists; numbers as {@code Long} or
 * {@code BigDecimal}; null as the text {@code null}, for which an inventory has no use. Used once.
 */
final class JsonReader {
    private static final int MAXIMUM_DEPTH = 16;
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9]\\d{0,17})(\\.\\d{1,20})?([eE][+-]?\\d{1,3})?");

    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    Object read() {
        Object value = value();
        skipSpace();
        if (at < text.length()) {
            throw expected("the end");
        }
        return value;
    }

    private Object value() {
        skipSpace();
        if (at == text.length()) {
            throw expected("a value");
        }
        return switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", "null");
            default -> number();
        };
    }

    private Map<String, Object> object() {
        enter();
        Map<String, Object> object = new LinkedHashMap<>();
        if (!takes('}')) {
            do {
                skipSpace();
                int start = at;
                String name = string();
                take(':');
                if (object.put(name, value()) != null) {
                    at = start;
                    throw expected("a name once in its object");
                }
            } while (takes(','));
            take('}');
        }
        depth--;
        return object;
    }

    private List<Object> array() {
        enter();
        List<Object> array = new ArrayList<>();
        if (!takes(']')) {
            do {
                array.add(value());
            } while (takes(','));
            take(']');
        }
        depth--;
        return array;
    }

    private void enter() {
        at++;
        if (++depth > MAXIMUM_DEPTH) {
            throw expected("at most " + MAXIMUM_DEPTH + " levels");
        }
    }

    private String string() {
        if (at == text.length() || text.charAt(at) != '"') {
            throw expected("a text in double quotes");
        }
        at++;
        StringBuilder value = new StringBuilder();
        while (at < text.length() && text.charAt(at) >= ' ') {
            char each = text.charAt(at++);
            if (each == '"') {
                return value.toString();
            }
            value.append(each == '\\' ? escape() : each);
        }
        throw expected("a closing quote");
    }

    private char escape() {
        char kind = at < text.length() ? text.charAt(at++) : ' ';
        return switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw expected("an escape of JSON");
        };
    }

    private char unicode() {
        String digits = text.substring(at, Math.min(text.length(), at + 4));
        if (!digits.matches("[0-9A-Fa-f]{4}")) {
            throw expected("four hexadecimal digits");
        }
        at += 4;
        return (char) Integer.parseInt(digits, 16);
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw expected("a value");
        }
        at += word.length();
        return value;
    }

    private Number number() {
        Matcher matcher = NUMBER.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            throw expected("a value");
        }
        at = matcher.end();
        boolean whole = matcher.group(1) == null && matcher.group(2) == null;
        return whole ? (Number) Long.valueOf(matcher.group()) : new BigDecimal(matcher.group());
    }

    private void take(char symbol) {
        if (!takes(symbol)) {
            throw expected("'" + symbol + "'");
        }
    }

    private boolean takes(char symbol) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == symbol) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private ConfigurationException expected(String what) {
        String before = text.substring(0, Math.min(at, text.length()));
        long line = before.chars().filter(c -> c == '\n').count() + 1;
        int character = before.length() - before.lastIndexOf('\n');
        return new ConfigurationException("json", "line " + line + ", character " + character, what);
    }
}
