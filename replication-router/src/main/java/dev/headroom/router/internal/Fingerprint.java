package dev.headroom.router.internal;

/**
 * The shape of a statement: without comments and literals, in lower case, with single spaces, and with lists of parameters cut to one.
 *
 * <p>A scanner, not a parser: it knows strings ({@code '…'}, {@code $tag$…$tag$}), quoted names, comments and numbers, and nothing of
 * what a statement means. What it does not understand it keeps, but no literal: where databases differ in what ends a string or a comment, the
 * shape ends. What stands in double quotes is a name to PostgreSQL and a string to MariaDB; it is kept as a name unless it stands where a value
 * would.
 */
final class Fingerprint {
    /** Characters of a shape that are kept. */
    static final int LONGEST = 500;

    private final String sql;
    private final StringBuilder shape;
    private int at;
    private boolean cut;

    private Fingerprint(String sql) {
        this.sql = sql;
        this.shape = new StringBuilder(Math.min(sql.length(), LONGEST + 16));
    }

    /** The shape of a statement. */
    static String of(String sql) {
        return new Fingerprint(sql).scan();
    }

    private String scan() {
        while (at < sql.length() && shape.length() <= LONGEST) {
            next();
        }
        String text = shape.toString().strip();
        boolean whole = at >= sql.length() && !cut && text.length() <= LONGEST;
        return whole ? text : text.substring(0, Math.min(text.length(), LONGEST - 1)) + "…";
    }

    private void next() {
        char c = sql.charAt(at);
        if (Character.isWhitespace(c)) {
            at++;
            space();
        } else if (sql.startsWith("--", at)) {
            skipTo("\n", 0);
            space();
        } else if (c == '#' && !operator()) {
            skipTo("\n", 0);
            space();
        } else if (sql.startsWith("/*", at)) {
            comment();
            space();
        } else if (c == '\'' || (c == '"' && valueExpected())) {
            boolean escapes = c == '\'' && escapes();
            string(c, escapes);
            parameter();
        } else if (c == '"' || c == '`') {
            quotedName(c);
        } else if (c == '$' && dollarQuoted()) {
            parameter();
        } else if (c == '?' || (c == '$' && digitAt(at + 1))) {
            at++;
            skipDigits();
            parameter();
        } else if (Character.isDigit(c) && !inWord()) {
            number();
            parameter();
        } else {
            shape.append(Character.toLowerCase(c));
            at++;
        }
    }

    /** White space says something only between words. */
    private void space() {
        if (shape.length() > 0 && shape.charAt(shape.length() - 1) != ' ') {
            shape.append(' ');
        }
    }

    /** In a list only one is kept, and of several rows of values as well. */
    private void parameter() {
        int length = trimmed(shape.length());
        if (endsWith(length, "?,")) {
            shape.setLength(length - 1);
            return;
        }
        if (endsWith(length, "(?),(") || endsWith(length, "(?), (")) {
            shape.setLength(shape.lastIndexOf("(?)") + 2);
            return;
        }
        shape.append('?');
    }

    private int trimmed(int length) {
        int end = length;
        while (end > 0 && shape.charAt(end - 1) == ' ') {
            end--;
        }
        return end;
    }

    private boolean endsWith(int length, String end) {
        int from = length - end.length();
        return from >= 0 && shape.substring(from, length).equals(end);
    }

    private boolean inWord() {
        if (shape.length() == 0) {
            return false;
        }
        char before = shape.charAt(shape.length() - 1);
        return Character.isLetterOrDigit(before) || before == '_';
    }

    private void skipTo(String end, int more) {
        int found = sql.indexOf(end, at + more);
        at = found < 0 ? sql.length() : found + end.length();
    }

    /** PostgreSQL nests comments, others don't. */
    private void comment() {
        int end = sql.indexOf("*/", at + 2);
        int inner = sql.indexOf("/*", at + 2);
        if (end < 0 || (inner >= 0 && inner < end)) {
            dropTheRest();
        } else {
            at = end + 2;
        }
    }

    /** PostgreSQL's operators on JSON; everywhere else a comment to MariaDB. */
    private boolean operator() {
        return at + 1 < sql.length() && "#>-".indexOf(sql.charAt(at + 1)) >= 0;
    }

    private void dropTheRest() {
        at = sql.length();
        cut = true;
    }

    /** Whether a string begins in which a backslash always hides what follows; the letter that says so is taken away. */
    private boolean escapes() {
        boolean marked = shape.length() > 0 && shape.charAt(shape.length() - 1) == 'e' && !wordBefore();
        if (marked) {
            shape.setLength(shape.length() - 1);
        }
        return marked;
    }

    /** A quote is doubled inside. A backslash before it hides it from MariaDB, and from PostgreSQL only where that was said. */
    private void string(char quote, boolean escapes) {
        at++;
        while (at < sql.length()) {
            char c = sql.charAt(at++);
            if (c == '\\' && at < sql.length()) {
                if (!escapes && sql.charAt(at) == quote) {
                    dropTheRest();
                } else {
                    at++;
                }
            } else if (c == quote) {
                if (at < sql.length() && sql.charAt(at) == quote) {
                    at++;
                } else {
                    return;
                }
            }
        }
    }

    /** After an operator, a bracket, {@code like}, or a value and a comma. */
    private boolean valueExpected() {
        int length = trimmed(shape.length());
        if (length == 0) {
            return false;
        }
        return "=<>(".indexOf(shape.charAt(length - 1)) >= 0 || endsWith(length, "?,") || endsWith(length, " like");
    }

    private boolean wordBefore() {
        return shape.length() > 1 && Character.isLetterOrDigit(shape.charAt(shape.length() - 2));
    }

    private void quotedName(char quote) {
        int end = sql.indexOf(quote, at + 1);
        int to = end < 0 ? sql.length() : end + 1;
        shape.append(sql, at, to);
        at = to;
    }

    /** Whether a dollar-quoted string begins here; if so, it is skipped. */
    private boolean dollarQuoted() {
        int tagEnd = sql.indexOf('$', at + 1);
        if (tagEnd < 0 || inWord() || digitAt(at + 1)) {
            return false;
        }
        String tag = sql.substring(at, tagEnd + 1);
        for (int i = 1; i < tag.length() - 1; i++) {
            if (!Character.isLetterOrDigit(tag.charAt(i)) && tag.charAt(i) != '_') {
                return false;
            }
        }
        int end = sql.indexOf(tag, tagEnd + 1);
        at = end < 0 ? sql.length() : end + tag.length();
        return true;
    }

    private boolean digitAt(int index) {
        return index < sql.length() && Character.isDigit(sql.charAt(index));
    }

    private void skipDigits() {
        while (digitAt(at)) {
            at++;
        }
    }

    /** Digits, a point, an exponent, hexadecimal. */
    private void number() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            boolean signOfExponent = (c == '+' || c == '-') && "eE".indexOf(sql.charAt(at - 1)) >= 0;
            if (!Character.isLetterOrDigit(c) && c != '.' && c != '_' && !signOfExponent) {
                return;
            }
            at++;
        }
    }
}
