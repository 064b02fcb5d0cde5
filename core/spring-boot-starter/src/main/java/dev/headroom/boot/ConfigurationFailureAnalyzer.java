package dev.headroom.boot;

import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problem;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows a refused configuration as Spring Boot shows its own: what is wrong, and what to do. */
public final class ConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<ConfigurationException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ConfigurationException cause) {
        String wrong = cause.problems().stream()
                .map(problem -> "    " + problem.option() + ": " + problem.value())
                .collect(Collectors.joining("\n", "Headroom refuses its configuration:\n\n", ""));
        String todo = cause.problems().stream()
                .map(ConfigurationFailureAnalyzer::advice)
                .collect(Collectors.joining("\n"));
        return new FailureAnalysis(wrong, todo, cause);
    }

    private static String advice(Problem problem) {
        return "    " + problem.option() + " (expected: " + problem.expected() + ")";
    }
}
