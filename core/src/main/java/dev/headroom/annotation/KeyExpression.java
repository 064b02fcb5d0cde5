package dev.headroom.annotation;

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
 * <p>A null before a dot gives null. {@code +} adds two numbers and otherwise joins texts. Thread-safe.
 */
public interface KeyExpression {
    /**
     * Computes the value.
     *
     * @param arguments the call's arguments
     * @param result the call's result, or null before the call
     */
    @Nullable Object evaluate(@Nullable Object[] arguments, @Nullable Object result);
}
