package dev.headroom.router;

import dev.headroom.config.Checks;

/**
 * A statement that the lint names.
 *
 * @param rule what it breaks
 * @param statement its shape, with {@code ?} for every literal; at most 500 characters of it
 * @param node where it was about to be executed when it was found
 */
public record LintFinding(Rule rule, String statement, String node) {
    /** What is looked for. */
    public enum Rule {
        /** {@code select *}, which fetches columns that nobody reads and changes with the table. */
        SELECT_STAR("select * (expected: the columns that are needed)"),
        /** What looks like a write, or takes row locks, in a unit that is said to be read-only; a replica refuses it. */
        WRITE_IN_READ_ONLY_UNIT(
                "a write in a read-only unit (expected: a unit that may write, or RouteScope.primary())");

        private final String text;

        Rule(String text) {
            this.text = text;
        }

        /** The rule in words. */
        public String text() {
            return text;
        }
    }

    /** Checks that nothing is null. */
    public LintFinding {
        Checks.present("rule", rule);
        Checks.present("statement", statement);
        Checks.present("node", node);
    }
}
