package dev.headroom.annotation.internal;

import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import dev.headroom.annotation.internal.Token.Kind;
import dev.headroom.config.ConfigurationException;
import java.util.List;

/** Reads an expression by recursive descent, one method for each rule of the grammar, and compiles it on the way. Used once. */
public final class ExpressionParser {
    private final Faults faults;
    private final List<Token> tokens;
    private final Variables variables;
    private final Properties properties;
    private final Operators operators;
    private int next;
    private int depth;

    private ExpressionParser(Faults faults, Variables variables) {
        this.faults = faults;
        this.tokens = new Lexer(faults.expression(), faults).tokens();
        this.variables = variables;
        this.properties = new Properties(faults);
        this.operators = new Operators(faults);
    }

    /** Compiles an expression; see {@link KeyExpression#compile}. */
    public static KeyExpression compile(String option, String expression, MethodSite site, boolean afterCall) {
        Faults faults = new Faults(option, expression);
        return compile(faults, new Variables(faults, site, afterCall, Variables.WHOLE));
    }

    /** Compiles an expression; see {@link KeyExpression#compileForEach}. */
    public static KeyExpression compileForEach(String option, String expression, MethodSite site, int keys) {
        Faults faults = new Faults(option, expression);
        return compile(faults, new Variables(faults, site, true, keys));
    }

    private static KeyExpression compile(Faults faults, Variables variables) {
        String expression = faults.expression();
        if (expression.length() > KeyExpression.MAXIMUM_LENGTH) {
            throw faults.whole(expression.length() + " characters", "at most " + KeyExpression.MAXIMUM_LENGTH);
        }
        ExpressionParser parser = new ExpressionParser(faults, variables);
        Node whole = parser.choice();
        if (parser.peek().kind() != Kind.END) {
            throw parser.expected("an operator or the end");
        }
        return whole.code();
    }

    private Node choice() {
        if (++depth > KeyExpression.MAXIMUM_DEPTH) {
            throw faults.at(peek().at(), "at most " + KeyExpression.MAXIMUM_DEPTH + " levels of nesting");
        }
        Token first = peek();
        Node node = or();
        if (takes("?")) {
            Node yes = choice();
            take(":");
            node = operators.choose(first, node, yes, choice());
        }
        depth--;
        return node;
    }

    private Node or() {
        Token first = peek();
        Node node = and();
        while (takes("||")) {
            node = operators.or(first, node, peek(), and());
        }
        return node;
    }

    private Node and() {
        Token first = peek();
        Node node = equal();
        while (takes("&&")) {
            node = operators.and(first, node, peek(), equal());
        }
        return node;
    }

    private Node equal() {
        Node left = sum();
        Token operator = peek();
        boolean equality = operator.is("==") || operator.is("!=");
        boolean order = operator.is("<") || operator.is("<=") || operator.is(">") || operator.is(">=");
        if (!equality && !order) {
            return left;
        }
        next++;
        Node right = sum();
        return equality ? operators.equal(operator, left, right) : operators.ordered(operator, left, right);
    }

    private Node sum() {
        Node node = unary();
        while (takes("+")) {
            node = operators.plus(node, unary());
        }
        return node;
    }

    private Node unary() {
        boolean not = takes("!");
        Token first = peek();
        Node node = path();
        return not ? operators.not(first, node) : node;
    }

    private Node path() {
        Node node = atom();
        while (true) {
            if (takes(".")) {
                Token name = next();
                if (name.kind() != Kind.NAME) {
                    throw faults.at(name.at(), "a name after the dot, not " + name.shown());
                }
                node = properties.property(node, name);
            } else if (takes("[")) {
                Token at = peek();
                Node index = choice();
                take("]");
                node = properties.element(node, index, at);
            } else {
                return node;
            }
        }
    }

    private Node atom() {
        Token token = peek();
        if (token.kind() == Kind.END || token.kind() == Kind.SYMBOL && !token.is("(")) {
            throw expected("a value");
        }
        next++;
        switch (token.kind()) {
            case TEXT:
                return new Node(String.class, (arguments, result) -> token.text());
            case NUMBER:
                return number(token);
            case VARIABLE:
                return variables.variable(token);
            case NAME:
                return word(token);
            default:
                Node inner = choice();
                take(")");
                return inner;
        }
    }

    private Node word(Token token) {
        return switch (token.text()) {
            case "true" -> new Node(Boolean.class, (arguments, result) -> Boolean.TRUE);
            case "false" -> new Node(Boolean.class, (arguments, result) -> Boolean.FALSE);
            case "null" -> new Node(Object.class, (arguments, result) -> null);
            default ->
                throw faults.at(
                        token.at(),
                        "true, false, null, a number, a text in single quotes or #name, not " + token.text());
        };
    }

    private Node number(Token token) {
        try {
            if (token.text().contains(".")) {
                Double value = Double.valueOf(token.text());
                return new Node(Double.class, (arguments, result) -> value);
            }
            long value = Long.parseLong(token.text());
            Object boxed = value == (int) value ? (Object) (int) value : (Object) value;
            return new Node(Number.class, (arguments, result) -> boxed);
        } catch (NumberFormatException tooLarge) {
            throw faults.at(token.at(), "a number that fits in 64 bits");
        }
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token next() {
        Token token = tokens.get(next);
        if (token.kind() != Kind.END) {
            next++;
        }
        return token;
    }

    private boolean takes(String symbol) {
        if (peek().is(symbol)) {
            next++;
            return true;
        }
        return false;
    }

    private void take(String symbol) {
        if (!takes(symbol)) {
            throw expected(symbol);
        }
    }

    private ConfigurationException expected(String what) {
        return faults.at(peek().at(), what + ", not " + peek().shown() + ",");
    }
}
