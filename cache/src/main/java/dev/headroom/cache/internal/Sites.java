package dev.headroom.cache.internal;

import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import dev.headroom.cache.EntryOptions;
import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Values;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/** Checks and reads the attributes that the annotations have in common. */
final class Sites {
    private Sites() {}

    /** Refuses methods whose result can't be shared by several callers. */
    static void checkResult(String annotation, MethodSite site) {
        Class<?> type = site.implementation().getReturnType();
        boolean shareable = type != void.class
                && type != Void.class
                && !Future.class.isAssignableFrom(type)
                && !CompletionStage.class.isAssignableFrom(type)
                && !BaseStream.class.isAssignableFrom(type)
                && !Iterator.class.isAssignableFrom(type)
                && !AutoCloseable.class.isAssignableFrom(type);
        if (!shareable) {
            throw new ConfigurationException(
                    annotation,
                    site.label() + " returns " + type.getSimpleName(),
                    "a value that several callers can share");
        }
    }

    static String cacheName(String annotation, String name) {
        return Checks.name(annotation + ".cache", name);
    }

    /** The options with one duration replaced, unless its text is empty. */
    static EntryOptions changed(
            EntryOptions options, String option, String text, Function<Duration, EntryOptions> change) {
        return text.isEmpty() ? options : change.apply(Values.duration(option, text));
    }

    static @Nullable KeyExpression unless(String annotation, String expression, MethodSite site) {
        return expression.isEmpty() ? null : KeyExpression.compile(annotation + ".unless", expression, site);
    }

    /** In {@code unless} the result of a method that returns an {@link Optional} is what is in it. */
    static boolean keeps(@Nullable KeyExpression unless, @Nullable Object[] arguments, @Nullable Object result) {
        Object inside = result instanceof Optional<?> optional ? optional.orElse(null) : result;
        return unless == null || !Boolean.TRUE.equals(unless.evaluate(arguments, inside));
    }
}
