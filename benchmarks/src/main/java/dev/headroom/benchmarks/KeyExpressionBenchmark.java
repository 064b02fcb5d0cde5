package dev.headroom.benchmarks;

import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import java.lang.reflect.Method;
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

/** What a cache key costs for each call: our expression against the same key written in Java. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Thread)
public class KeyExpressionBenchmark {
    private final KeyExpression expression = KeyExpression.compileBeforeCall("key", Catalog.KEY, Catalog.site());
    private final @Nullable Object[] arguments = {new Catalog.Product(42, "anna"), "en"};

    /** Ours, compiled to method handles once. */
    @Benchmark
    public @Nullable Object expression() {
        return expression.evaluate(arguments, null);
    }

    /** The floor: what a programmer would have written. */
    @Benchmark
    public Object writtenInJava() {
        Catalog.Product product = (Catalog.Product) arguments[0];
        return "product:" + product.id() + ":" + product.owner() + ":" + arguments[1];
    }

    /** The method whose calls are keyed. */
    public interface Catalog {
        /** The same key in our grammar and in Spring's. */
        String KEY = "'product:' + #product.id + ':' + #product.owner + ':' + #language";

        /** What is looked at. */
        record Product(long id, String owner) {}

        /** The keyed method. */
        String describe(Product product, String language);

        /** The method as the annotation engine sees it. */
        static MethodSite site() {
            try {
                Method method = Catalog.class.getMethod("describe", Product.class, String.class);
                return new MethodSite(method, method);
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
