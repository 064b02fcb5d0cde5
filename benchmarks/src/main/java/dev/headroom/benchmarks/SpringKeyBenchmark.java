package dev.headroom.benchmarks;

import dev.headroom.benchmarks.KeyExpressionBenchmark.Catalog;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/**
 * The same key by the Spring Expression Language, as Spring's cache annotations have it: parsed once, a context for each call. A peer
 * with a class path of its own: {@code --peer spring-6} or {@code --peer spring-7}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Thread)
public class SpringKeyBenchmark {
    private final Expression expression = new SpelExpressionParser().parseExpression(Catalog.KEY);
    private final Object[] arguments = {new Catalog.Product(42, "anna"), "en"};

    /** Spring's, interpreted: what its cache annotations do unless compilation is switched on. */
    @Benchmark
    public @Nullable Object expression() {
        StandardEvaluationContext context = new StandardEvaluationContext();
        context.setVariable("product", arguments[0]);
        context.setVariable("language", arguments[1]);
        return expression.getValue(context);
    }
}
