package dev.headroom.router.internal;

import dev.headroom.router.LintFinding;
import dev.headroom.router.LintFinding.Rule;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names statements of a bad habit, each shape once. Looks for a few words of the shape, which has no literals and comments, and does not
 * parse. What was looked at is remembered, up to {@value #MOST_KNOWN} statements of each kind of unit, and forgotten when that is full; so
 * statements with ever new literals cost a look each time, but no more memory. At most {@value #MOST_TOLD} findings are told. Thread-safe.
 */
final class Lint {
    private static final Logger log = LoggerFactory.getLogger(Lint.class);
    private static final Pattern STAR =
            Pattern.compile("\\bselect (?:(?:distinct|all) )?(?:[^()]*, ?)?(?:[\\w\"]+\\.)*\\*");
    private static final Pattern WRITE = Pattern.compile(
            "^(?:insert|update|delete|merge|truncate|create|alter|drop|grant|revoke|vacuum|copy [^ ]+ from)\\b"
                    + "|^with\\b.*\\b(?:insert into|update|delete from|merge into)\\b"
                    + "|\\bfor (?:no key )?update\\b|\\bfor (?:key )?share\\b|\\b(?:nextval|setval)\\(");

    static final int MOST_KNOWN = 2048;
    static final int MOST_TOLD = 1024;
    private static final int LONGEST = 4096;

    private final Consumer<LintFinding> to;
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    private final Set<String> written = ConcurrentHashMap.newKeySet();
    private final Set<LintFinding> told = ConcurrentHashMap.newKeySet();

    Lint(Consumer<LintFinding> to) {
        this.to = to;
    }

    /** Tells the log. */
    static Consumer<LintFinding> toLog(String router) {
        return finding -> log.warn(
                "router {}: lint: {} on {}: {}", router, finding.rule().text(), finding.node(), finding.statement());
    }

    /** Looks at a statement, unless it was looked at before. */
    void look(String sql, boolean readOnly, String node) {
        Set<String> known = readOnly ? read : written;
        if (known.contains(sql) || sql.length() > LONGEST) {
            return;
        }
        if (known.size() >= MOST_KNOWN) {
            known.clear();
        }
        if (!known.add(sql)) {
            return;
        }
        String shape = Fingerprint.of(sql);
        if (STAR.matcher(shape).find()) {
            tell(Rule.SELECT_STAR, shape, node);
        }
        if (readOnly && WRITE.matcher(shape).find()) {
            tell(Rule.WRITE_IN_READ_ONLY_UNIT, shape, node);
        }
    }

    /** How many statements are remembered. */
    int known() {
        return read.size() + written.size();
    }

    private void tell(Rule rule, String shape, String node) {
        if (told.size() < MOST_TOLD && told.add(new LintFinding(rule, shape, ""))) {
            try {
                to.accept(new LintFinding(rule, shape, node));
            } catch (RuntimeException failure) {
                log.warn("router: lint: whoever is told of findings failed", failure);
            }
        }
    }
}
