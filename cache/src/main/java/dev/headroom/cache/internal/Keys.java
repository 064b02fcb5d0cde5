package dev.headroom.cache.internal;

import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import dev.headroom.config.ConfigurationException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The key of an annotated method's call: its key expression's value, or all arguments together. */
@FunctionalInterface
interface Keys {
    Object of(@Nullable Object[] arguments, @Nullable Object result);

    /** For a key that must be known before the call. */
    static Keys beforeCall(String annotation, String expression, MethodSite site) {
        if (expression.isEmpty()) {
            return allArguments(annotation, site);
        }
        return of(KeyExpression.compileBeforeCall(annotation + ".key", expression, site));
    }

    /** For a key that may be made of the result. */
    static Keys afterCall(String annotation, String expression, MethodSite site) {
        if (expression.isEmpty()) {
            return allArguments(annotation, site);
        }
        return of(KeyExpression.compile(annotation + ".key", expression, site));
    }

    private static Keys of(KeyExpression expression) {
        return (arguments, result) -> {
            Object key = expression.evaluate(arguments, result);
            return key == null ? NoKey.NULL : key;
        };
    }

    private static Keys allArguments(String annotation, MethodSite site) {
        for (Class<?> parameter : site.implementation().getParameterTypes()) {
            if (parameter.isArray()) {
                throw new ConfigurationException(
                        annotation + ".key", "\"\" on " + site.label(), "an expression, for arrays are never equal");
            }
        }
        return (arguments, result) -> {
            if (arguments.length == 1 && arguments[0] != null) {
                return arguments[0];
            }
            return arguments.length == 0 ? NoKey.NONE : copy(arguments);
        };
    }

    private static List<@Nullable Object> copy(@Nullable Object[] arguments) {
        return Collections.unmodifiableList(Arrays.asList(arguments.clone()));
    }

    /** Keys where there is nothing to make one of. */
    enum NoKey {
        /** A method without arguments. */
        NONE,
        /** An expression whose value is null. */
        NULL
    }
}
