package dev.headroom.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks that a decoded value is of the expected type, down to the elements of collections. */
final class Conform {
    private Conform() {}

    /**
     * The value as the type has it: a number may become one of a wider type.
     *
     * @throws CodecException if it is of another type
     */
    static @Nullable Object to(@Nullable Object value, Type type) {
        if (type == Object.class) {
            return value;
        }
        if (type instanceof Class<?> expected) {
            return toClass(value, expected);
        }
        if (type instanceof ParameterizedType parameterized) {
            Object checked = toClass(value, (Class<?>) parameterized.getRawType());
            checkInside(checked, parameterized.getActualTypeArguments());
            return checked;
        }
        if (type instanceof WildcardType wildcard) {
            return to(value, wildcard.getUpperBounds()[0]);
        }
        if (type instanceof TypeVariable<?> variable) {
            return to(value, variable.getBounds()[0]);
        }
        return value;
    }

    /** What an absent component is: zero for a primitive, else null. */
    static @Nullable Object absent(Class<?> type) {
        if (!type.isPrimitive()) {
            return null;
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == char.class) {
            return '\0';
        }
        return toClass((byte) 0, type);
    }

    private static void checkInside(@Nullable Object value, Type[] arguments) {
        if (value instanceof Map<?, ?> map && arguments.length == 2) {
            map.forEach((key, element) -> {
                same(key, arguments[0]);
                same(element, arguments[1]);
            });
        } else if (value instanceof Collection<?> collection && arguments.length == 1) {
            collection.forEach(element -> same(element, arguments[0]));
        } else if (value instanceof Optional<?> optional && arguments.length == 1) {
            optional.ifPresent(element -> same(element, arguments[0]));
        }
    }

    /** Inside of a collection nothing is widened: its elements stay as they are. */
    @SuppressWarnings("ReferenceEquality") // a widened number is another object
    private static void same(@Nullable Object element, Type type) {
        if (to(element, type) != element) {
            throw mismatch(element, type);
        }
    }

    private static @Nullable Object toClass(@Nullable Object value, Class<?> expected) {
        if (value == null) {
            if (expected.isPrimitive()) {
                throw mismatch(null, expected);
            }
            return null;
        }
        if (expected.isInstance(value)) {
            return value;
        }
        Object converted = converted(value, expected);
        if (converted == null) {
            throw mismatch(value, expected);
        }
        return converted;
    }

    private static @Nullable Object converted(Object value, Class<?> expected) {
        boolean whole = value instanceof Byte || value instanceof Short || value instanceof Integer;
        if (expected == long.class || expected == Long.class) {
            return whole || value instanceof Long ? (Object) ((Number) value).longValue() : null;
        }
        if (expected == int.class || expected == Integer.class) {
            return whole ? (Object) ((Number) value).intValue() : null;
        }
        if (expected == short.class || expected == Short.class) {
            return value instanceof Byte || value instanceof Short ? (Object) ((Number) value).shortValue() : null;
        }
        if (expected == double.class || expected == Double.class) {
            boolean fits = value instanceof Double || value instanceof Float || whole;
            return fits ? (Object) ((Number) value).doubleValue() : null;
        }
        if (expected == float.class) {
            boolean fits = value instanceof Float || value instanceof Byte || value instanceof Short;
            return fits ? (Object) ((Number) value).floatValue() : null;
        }
        boolean same = expected == byte.class && value instanceof Byte
                || expected == boolean.class && value instanceof Boolean
                || expected == char.class && value instanceof Character;
        return same ? value : null;
    }

    private static CodecException mismatch(@Nullable Object value, Type expected) {
        return new CodecException(
                "type: " + (value == null ? "null" : value.getClass().getName()) + " (expected: "
                        + expected.getTypeName() + ")");
    }
}
