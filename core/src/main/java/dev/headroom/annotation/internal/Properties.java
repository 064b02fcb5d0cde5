package dev.headroom.annotation.internal;

import dev.headroom.annotation.KeyExpression;
import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Compiles what stands after a value: {@code .name} and {@code [index]}. */
final class Properties {
    private final Faults faults;

    Properties(Faults faults) {
        this.faults = faults;
    }

    Node property(Node owner, Token name) {
        KeyExpression code = owner.code();
        Type type = unwrapped(owner.type());
        Class<?> known = erased(type);
        if (Map.class.isAssignableFrom(known)) {
            return new Node(
                    argument(type, 1), (arguments, result) -> element(code.evaluate(arguments, result), name.text()));
        }
        Accessors accessors = Accessors.named(name.text());
        if (known == Object.class) {
            return new Node(Object.class, (arguments, result) -> accessors.read(code.evaluate(arguments, result)));
        }
        Method found = accessors.find(known).orElseThrow(() -> unknown(known, name));
        return new Node(
                found.getGenericReturnType(), (arguments, result) -> accessors.read(code.evaluate(arguments, result)));
    }

    Node element(Node owner, Node index, Token at) {
        KeyExpression code = owner.code();
        KeyExpression which = index.code();
        Type type = unwrapped(owner.type());
        Class<?> known = erased(type);
        Type element;
        if (Map.class.isAssignableFrom(known)) {
            element = argument(type, 1);
        } else if (List.class.isAssignableFrom(known)) {
            element = argument(type, 0);
        } else if (known.isArray()) {
            element =
                    type instanceof GenericArrayType array ? array.getGenericComponentType() : known.getComponentType();
        } else if (known == Object.class) {
            element = Object.class;
        } else {
            throw faults.at(at.at(), "a list, an array or a map before [, not " + known.getSimpleName() + ",");
        }
        return new Node(
                element,
                (arguments, result) -> element(code.evaluate(arguments, result), which.evaluate(arguments, result)));
    }

    private RuntimeException unknown(Class<?> known, Token name) {
        return faults.at(name.at(), Accessors.readable(known) + ", not " + name.text() + ",");
    }

    private static @Nullable Object element(@Nullable Object given, @Nullable Object index) {
        Object owner = Accessors.present(given);
        if (owner == null) {
            return null;
        }
        if (owner instanceof Map<?, ?> map) {
            return index == null ? null : map.get(index);
        }
        if (index instanceof Number number && Operators.isWhole(number)) {
            int position = Math.toIntExact(number.longValue());
            if (owner instanceof List<?> list) {
                return list.get(position);
            }
            if (owner.getClass().isArray()) {
                return Array.get(owner, position);
            }
        }
        throw new IllegalArgumentException("[]: " + owner.getClass().getSimpleName() + " with "
                + (index == null ? "null" : index.getClass().getSimpleName())
                + " (expected: a list or array with a whole number, or a map)");
    }

    /** What is inside an optional value or one that is yet to come. */
    private static Type unwrapped(Type type) {
        Class<?> raw = erased(type);
        boolean wraps = raw == Optional.class || CompletionStage.class.isAssignableFrom(raw);
        return wraps ? argument(type, 0) : type;
    }

    static Type argument(Type type, int index) {
        return type instanceof ParameterizedType parameterized && parameterized.getActualTypeArguments().length > index
                ? parameterized.getActualTypeArguments()[index]
                : Object.class;
    }

    static Class<?> erased(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        if (type instanceof ParameterizedType parameterized) {
            return erased(parameterized.getRawType());
        }
        if (type instanceof GenericArrayType array) {
            return erased(array.getGenericComponentType()).arrayType();
        }
        if (type instanceof WildcardType wildcard) {
            return erased(wildcard.getUpperBounds()[0]);
        }
        return type instanceof TypeVariable<?> variable ? erased(variable.getBounds()[0]) : Object.class;
    }
}
