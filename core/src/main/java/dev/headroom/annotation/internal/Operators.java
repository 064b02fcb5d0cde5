package dev.headroom.annotation.internal;

import dev.headroom.annotation.KeyExpression;
import java.math.BigDecimal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compiles operators; what can be known to be wrong with their operands is refused. */
final class Operators {
    private final Faults faults;

    Operators(Faults faults) {
        this.faults = faults;
    }

    Node choose(Token at, Node condition, Node yes, Node no) {
        KeyExpression test = condition(at, condition);
        KeyExpression then = yes.code();
        KeyExpression otherwise = no.code();
        return new Node(
                yes.type().equals(no.type()) ? yes.type() : Object.class,
                (arguments, result) ->
                        (holds(test.evaluate(arguments, result)) ? then : otherwise).evaluate(arguments, result));
    }

    Node or(Token leftAt, Node left, Token rightAt, Node right) {
        KeyExpression first = condition(leftAt, left);
        KeyExpression second = condition(rightAt, right);
        return new Node(
                Boolean.class,
                (arguments, result) ->
                        holds(first.evaluate(arguments, result)) || holds(second.evaluate(arguments, result)));
    }

    Node and(Token leftAt, Node left, Token rightAt, Node right) {
        KeyExpression first = condition(leftAt, left);
        KeyExpression second = condition(rightAt, right);
        return new Node(
                Boolean.class,
                (arguments, result) ->
                        holds(first.evaluate(arguments, result)) && holds(second.evaluate(arguments, result)));
    }

    Node not(Token at, Node operand) {
        KeyExpression negated = condition(at, operand);
        return new Node(Boolean.class, (arguments, result) -> !holds(negated.evaluate(arguments, result)));
    }

    Node equal(Token operator, Node left, Node right) {
        boolean wanted = operator.is("==");
        KeyExpression first = left.code();
        KeyExpression second = right.code();
        return new Node(
                Boolean.class,
                (arguments, result) ->
                        same(first.evaluate(arguments, result), second.evaluate(arguments, result)) == wanted);
    }

    Node ordered(Token operator, Node left, Node right) {
        KeyExpression first = left.code();
        KeyExpression second = right.code();
        boolean less = operator.text().startsWith("<");
        boolean orEqual = operator.text().endsWith("=");
        return new Node(Boolean.class, (arguments, result) -> {
            Object a = first.evaluate(arguments, result);
            Object b = second.evaluate(arguments, result);
            if (a == null || b == null) {
                return false;
            }
            int order = compare(a, b);
            return order == 0 ? orEqual : less == order < 0;
        });
    }

    Node plus(Node left, Node right) {
        KeyExpression first = left.code();
        KeyExpression second = right.code();
        boolean text = left.type() == String.class || right.type() == String.class;
        if (text) {
            return new Node(
                    String.class,
                    (arguments, result) ->
                            String.valueOf(first.evaluate(arguments, result)) + second.evaluate(arguments, result));
        }
        return new Node(
                Object.class,
                (arguments, result) -> add(first.evaluate(arguments, result), second.evaluate(arguments, result)));
    }

    private KeyExpression condition(Token at, Node node) {
        Class<?> known = Properties.erased(node.type());
        boolean possible = known == Object.class || known == Boolean.class || known == boolean.class;
        if (!possible) {
            throw faults.at(at.at(), "a condition, not a " + known.getSimpleName() + ",");
        }
        return node.code();
    }

    private static boolean holds(@Nullable Object value) {
        if (value == null) {
            return false;
        }
        if (value instanceof Boolean condition) {
            return condition;
        }
        throw new IllegalArgumentException(
                "condition: " + value.getClass().getSimpleName() + " (expected: true, false or null)");
    }

    private static boolean same(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number && b instanceof Number) {
            return compare(a, b) == 0;
        }
        return Objects.equals(a, b);
    }

    @SuppressWarnings("unchecked")
    private static int compare(Object a, Object b) {
        if (a instanceof Number first && b instanceof Number second) {
            if (isWhole(first) && isWhole(second)) {
                return Long.compare(first.longValue(), second.longValue());
            }
            if (isInexact(first) || isInexact(second)) {
                return Double.compare(first.doubleValue(), second.doubleValue());
            }
            return new BigDecimal(first.toString()).compareTo(new BigDecimal(second.toString()));
        }
        if (a instanceof Comparable<?> && a.getClass() == b.getClass()) {
            return ((Comparable<Object>) a).compareTo(b);
        }
        throw new IllegalArgumentException("order: " + a.getClass().getSimpleName() + " and "
                + b.getClass().getSimpleName() + " (expected: two numbers, or two of one comparable type)");
    }

    private static Object add(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number first && b instanceof Number second) {
            if (isWhole(first) && isWhole(second)) {
                return Math.addExact(first.longValue(), second.longValue());
            }
            if (isInexact(first) || isInexact(second)) {
                return first.doubleValue() + second.doubleValue();
            }
            return new BigDecimal(first.toString()).add(new BigDecimal(second.toString()));
        }
        return String.valueOf(a) + b;
    }

    static boolean isWhole(Number number) {
        return number instanceof Integer || number instanceof Long || number instanceof Short || number instanceof Byte;
    }

    private static boolean isInexact(Number number) {
        return number instanceof Double || number instanceof Float;
    }
}
