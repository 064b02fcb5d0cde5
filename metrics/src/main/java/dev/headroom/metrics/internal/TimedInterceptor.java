package dev.headroom.metrics.internal;

import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.Invocation;
import dev.headroom.annotation.MethodSite;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import dev.headroom.metrics.MetricsMeters;
import dev.headroom.metrics.Timed;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Gives {@link Timed} its behaviour.
 *
 * @param meters where calls are counted
 */
public record TimedInterceptor(Meters meters) implements Interceptor<Timed> {
    @Override
    public Class<Timed> annotation() {
        return Timed.class;
    }

    @Override
    public InterceptorSlot slot() {
        return InterceptorSlot.MEASURE;
    }

    @Override
    public Advice compile(Timed timed, MethodSite site) {
        String method = timed.value().isEmpty() ? site.label() : timed.value();
        return new TimedAdvice(
                meters.timer(MetricsMeters.CALLS, "method", method, "outcome", "success"),
                meters.timer(MetricsMeters.CALLS, "method", method, "outcome", "failure"));
    }

    private record TimedAdvice(Timer successes, Timer failures) implements Advice {
        @Override
        public @Nullable Object invoke(Invocation invocation) throws Throwable {
            long start = System.nanoTime();
            Object result;
            try {
                result = invocation.proceed();
            } catch (Throwable failure) {
                failures.recordNanos(System.nanoTime() - start);
                throw failure;
            }
            if (result instanceof CompletionStage<?> stage) {
                return stage.whenComplete((value, failure) ->
                        (failure == null ? successes : failures).recordNanos(System.nanoTime() - start));
            }
            successes.recordNanos(System.nanoTime() - start);
            return result;
        }
    }
}
