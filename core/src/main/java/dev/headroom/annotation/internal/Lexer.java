package dev.headroom.annotation.internal;

import dev.headroom.annotation.internal.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Cuts an expression's text into tokens. Used once. */
final class Lexer {
    private static final List<String> SYMBOLS =
            List.of("==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "?", ":", "+", ".", "[", "]", "(", ")");

    private final String text;
    private final Faults faults;
    private int at;

    Lexer(String text, Faults faults) {
        this.text = text;
        this.faults = faults;
    }

    List<Token> tokens() {
        List<Token> tokens = new ArrayList<>();
        while (true) {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            if (at == text.length()) {
                tokens.add(new Token(Kind.END, "", at + 1));
                return tokens;
            }
            tokens.add(next());
        }
    }

    private Token next() {
        char first = text.charAt(at);
        if (first == '\'') {
            return literal();
        }
        if (isDigit(at)) {
            return number();
        }
        if (first == '#') {
            int start = at++;
            return new Token(Kind.VARIABLE, name(start), start + 1);
        }
        if (Character.isJavaIdentifierStart(first)) {
            int start = at;
            return new Token(Kind.NAME, name(start), start + 1);
        }
        for (String symbol : SYMBOLS) {
            if (text.startsWith(symbol, at)) {
                at += symbol.length();
                return new Token(Kind.SYMBOL, symbol, at - symbol.length() + 1);
            }
        }
        throw faults.at(at + 1, "no character '" + first + "'");
    }

    private String name(int start) {
        int from = at;
        while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
            at++;
        }
        if (from == at) {
            throw faults.at(start + 1, "a name after #");
        }
        return text.substring(from, at);
    }

    private Token number() {
        int start = at;
        digits();
        if (at < text.length() && text.charAt(at) == '.' && isDigit(at + 1)) {
            at++;
            digits();
        }
        return new Token(Kind.NUMBER, text.substring(start, at), start + 1);
    }

    private void digits() {
        while (isDigit(at)) {
            at++;
        }
    }

    private boolean isDigit(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private Token literal() {
        int start = at++;
        StringBuilder value = new StringBuilder();
        while (at < text.length()) {
            char each = text.charAt(at++);
            if (each != '\'') {
                value.append(each);
            } else if (at < text.length() && text.charAt(at) == '\'') {
                value.append('\'');
                at++;
            } else {
                return new Token(Kind.TEXT, value.toString(), start + 1);
            }
        }
        throw faults.at(start + 1, "a closing quote");
    }
}
