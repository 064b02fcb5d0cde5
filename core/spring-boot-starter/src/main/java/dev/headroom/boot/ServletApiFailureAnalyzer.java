package dev.headroom.boot;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Names the dependency to add to an application without a web: Spring lists the methods of beans, and some name the servlet API. */
public final class ServletApiFailureAnalyzer extends AbstractFailureAnalyzer<NoClassDefFoundError> {
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoClassDefFoundError cause) {
        if (!String.valueOf(cause.getMessage()).startsWith("jakarta/servlet/")) {
            return null;
        }
        return new FailureAnalysis(
                "The servlet API is not on the class path. Headroom runs without a web, but Spring lists the methods of its beans by"
                        + " reflection, and some of them name the servlet API.",
                """
                Add the dependency

                    <dependency>
                      <groupId>jakarta.servlet</groupId>
                      <artifactId>jakarta.servlet-api</artifactId>
                    </dependency>

                and, where spring-web is on the class path too, set spring.main.web-application-type=none.""",
                cause);
    }
}
