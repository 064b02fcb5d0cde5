package dev.headroom.cache;

import dev.headroom.config.ConfigurationException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/**
 * A value type with its type arguments, caught by an anonymous subclass: {@code new ValueType<List<Product>>() {}}.
 *
 * @param <V> the type
 */
public abstract class ValueType<V> {
    private final Type type;

    /**
     * Catches the type argument.
     *
     * @throws ConfigurationException if there is none
     */
    protected ValueType() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)) {
            throw new ConfigurationException(
                    "valueType", getClass().getName(), "new ValueType<…>() {} with a type argument");
        }
        this.type = parameterized.getActualTypeArguments()[0];
    }

    /** The type. */
    public final Type type() {
        return type;
    }
}
