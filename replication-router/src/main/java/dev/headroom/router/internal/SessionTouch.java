package dev.headroom.router.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Recognises statements that change the session in a way that a pool does not undo. Looks for a few words, does not parse; in doubt it
 * says yes, which costs a connection.
 */
final class SessionTouch {
    private static final Pattern TOUCH = Pattern.compile(
            "(?:^|;)(?:\\s|/\\*.*?\\*/|--[^\\n]*\\n)*+(?:set\\s+(?!local\\b|transaction\\b|constraints\\b)|listen\\b|load\\b|prepare\\b|lock\\s+tables\\b|declare\\b.*\\bwith\\s+hold\\b"
                    + "|create\\s+(?:(?:global|local)\\s+)?temp(?:orary)?\\b)"
                    + "|\\bset_config\\s*\\(|advisory_lock(?:_shared)?\\s*\\(|\\bget_lock\\s*\\(|\\binto\\s+temp(?:orary)?\\b",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final int MOST_KNOWN = 2048;
    private static final int LONGEST = 4096;

    private final Map<String, Boolean> known = new ConcurrentHashMap<>();

    boolean in(String sql) {
        if (sql.length() > LONGEST) {
            return TOUCH.matcher(sql).find();
        }
        Boolean answer = known.get(sql);
        if (answer == null) {
            answer = TOUCH.matcher(sql).find();
            if (known.size() < MOST_KNOWN) {
                known.put(sql, answer);
            }
        }
        return answer;
    }
}
