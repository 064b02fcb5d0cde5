package dev.headroom.servlet;

import dev.headroom.config.Checks;
import dev.headroom.load.Criticality;
import java.util.Map;
import java.util.function.Predicate;

/** Finds a path's criticality by the first pattern that matches. */
final class CriticalityRules {
    private record Rule(Predicate<String> matches, Criticality criticality) {}

    private final Criticality otherwise;
    private final Rule[] rules;

    CriticalityRules(Criticality otherwise, Map<String, Criticality> byPattern) {
        this.otherwise = otherwise;
        this.rules = byPattern.entrySet().stream()
                .map(entry -> new Rule(matcher(entry.getKey()), entry.getValue()))
                .toArray(Rule[]::new);
    }

    Criticality of(String path) {
        for (Rule rule : rules) {
            if (rule.matches.test(path)) {
                return rule.criticality;
            }
        }
        return otherwise;
    }

    static void check(String pattern) {
        Checks.notBlank("pattern", pattern);
        boolean suffix = pattern.startsWith("*.") && pattern.indexOf('*', 1) < 0 && pattern.length() > 2;
        boolean path = pattern.startsWith("/") && (pattern.indexOf('*') < 0 || isPrefix(pattern));
        Checks.that(suffix || path, "pattern", pattern, "/exact, /prefix/* or *.suffix");
    }

    private static Predicate<String> matcher(String pattern) {
        if (pattern.startsWith("*")) {
            String suffix = pattern.substring(1);
            return path -> path.endsWith(suffix);
        }
        if (isPrefix(pattern)) {
            String directory = pattern.substring(0, pattern.length() - 1);
            String itself = pattern.substring(0, pattern.length() - 2);
            return path -> path.startsWith(directory) || path.equals(itself);
        }
        return pattern::equals;
    }

    private static boolean isPrefix(String pattern) {
        return pattern.indexOf('*') == pattern.length() - 1 && pattern.endsWith("/*");
    }
}
