package dev.headroom.annotation;

import dev.headroom.annotation.internal.ExpressionParser;
import org.jspecify.annotations.Nullable;

/**
 * An expression over a method's arguments and result, as in {@code @Cached(key = "#id")}; compiled once to method handles.
 *
 * <p>The grammar is small and safe; it calls nothing but accessors (record components, {@code name()}, {@code getName()},
 * {@code isName()}) of public types, {@code Map.get} and {@code List.get}:
 *
 * <pre>
 * expression := choice
 * choice     := or [ '?' choice ':' choice ]
 * or         := and { '||' and }          and := equal { '&amp;&amp;' equal }
 * equal      := sum [ ('==' | '!=' | '&lt;' | '&lt;=' | '&gt;' | '&gt;=') sum ]
 * sum        := unary { '+' unary }        unary := [ '!' ] path
 * path       := atom { '.' name | '[' expression ']' }
 * atom       := '#' name | '#p' digits | '#result' | text | number | 'true' | 'false' | 'null' | '(' expression ')'
 * text       := a text in single quotes, a quote doubled
 * </pre>
 *
 * <p>A null before a dot or a bracket gives null, as does an empty {@link java.util.Optional}; one that is not empty stands for its value.
 * {@code +} adds two numbers (whole ones as {@code long}) and otherwise joins texts. Numbers are equal when their values are. As a
 * condition null counts as false. {@code #result} is what the method returned; of a {@code CompletionStage} or {@code Optional},
 * names after it mean its value's. A parameter's name needs the compiler's option {@code -parameters}; {@code #p0} never does.
 *
 * <p>At most {@value #MAXIMUM_LENGTH} characters and {@value #MAXIMUM_DEPTH} levels of nesting. Thread-safe.
 *
 * <pre>{@code
 * KeyExpression key = KeyExpression.compile("key", "'product:' + #id", site);
 * Object value = key.evaluate(invocation.arguments(), null);
 * }</pre>
 */
@FunctionalInterface
public interface KeyExpression {
    /** How many characters an expression may have. */
    int MAXIMUM_LENGTH = 1_000;

    /** How deep parentheses, brackets and choices may be nested. */
    int MAXIMUM_DEPTH = 32;

    /**
     * Computes the value.
     *
     * @param arguments the call's arguments
     * @param result the call's result, or null before the call
     */
    @Nullable Object evaluate(@Nullable Object[] arguments, @Nullable Object result);

    /**
     * Compiles an expression for a method.
     *
     * @param option the annotation's attribute, for the message
     * @throws dev.headroom.config.ConfigurationException if it is not one of this grammar, or names something that is not there; says
     *     at which character, and what there is
     */
    static KeyExpression compile(String option, String expression, MethodSite site) {
        return ExpressionParser.compile(option, expression, site, true);
    }

    /**
     * Compiles an expression that is evaluated for each entry of the map that the method returns: {@code #result} is the entry's value, and the parameter with
     * the keys stands for the entry's key.
     *
     * @param keys which parameter has the keys; in its place stands the key when the expression is evaluated
     * @throws dev.headroom.config.ConfigurationException as {@link #compile} does
     */
    static KeyExpression compileForEach(String option, String expression, MethodSite site, int keys) {
        return ExpressionParser.compileForEach(option, expression, site, keys);
    }

    /**
     * Compiles an expression that is evaluated before the call, where there is no {@code #result} yet.
     *
     * @throws dev.headroom.config.ConfigurationException as {@link #compile} does, and if it names {@code #result}
     */
    static KeyExpression compileBeforeCall(String option, String expression, MethodSite site) {
        return ExpressionParser.compile(option, expression, site, false);
    }
}
