package dev.headroom.router.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Recognises the few statements of which more must be known than that they are statements. Looks for a few words, does not parse; in doubt it says
 * yes, which costs a connection, or somebody a look at the primary's position.
 */
final class StatementKinds {
    private static final String BEGINNING = "(?:^|;)(?:\\s|/\\*.*?\\*/|--[^\\n]*\\n)*+";

    private static final Pattern CHANGES_SESSION = pattern(BEGINNING
            + "(?:set\\s+(?!local\\b|transaction\\b|constraints\\b)|use\\b|listen\\b|load\\b|prepare\\b|lock\\s+tables\\b|declare\\b.*\\bwith\\s+hold\\b"
            + "|create\\s+(?:(?:global|local)\\s+)?temp(?:orary)?\\b)"
            + "|\\bset_config\\s*\\(|advisory_lock(?:_shared)?\\s*\\(|\\bget_lock\\s*\\(|\\binto\\s+temp(?:orary)?\\b");

    private static final Pattern ENDS_TRANSACTION =
            pattern(BEGINNING + "(?:commit\\b|end\\b|prepare\\s+transaction\\b)");

    private static final int MOST_KNOWN = 2048;
    private static final int LONGEST = 4096;

    private final Map<String, StatementKind> known = new ConcurrentHashMap<>();

    /**
     * What a statement does besides.
     *
     * @param changesSession whether it changes the session in a way that a pool does not undo
     * @param endsTransaction whether it commits by itself what was written before
     */
    record StatementKind(boolean changesSession, boolean endsTransaction) {}

    private static Pattern pattern(String words) {
        return Pattern.compile(words, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    StatementKind of(String sql) {
        if (sql.length() > LONGEST) {
            return look(sql);
        }
        StatementKind kind = known.get(sql);
        if (kind == null) {
            kind = look(sql);
            if (known.size() < MOST_KNOWN) {
                known.put(sql, kind);
            }
        }
        return kind;
    }

    private static StatementKind look(String sql) {
        return new StatementKind(
                CHANGES_SESSION.matcher(sql).find(),
                ENDS_TRANSACTION.matcher(sql).find());
    }
}
