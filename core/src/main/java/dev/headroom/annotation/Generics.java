package dev.headroom.annotation;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the type variables of a class's supertypes stand for, so that {@code find(K)} is known to be {@code find(String)}. */
final class Generics {
    private final Map<TypeVariable<?>, Type> meanings = new HashMap<>();

    Generics(Class<?> type) {
        collect(type);
    }

    /** The signature that overrides this method in the class. */
    TypePlan.Signature resolve(Method method) {
        return new TypePlan.Signature(
                method.getName(),
                Arrays.stream(method.getGenericParameterTypes())
                        .<Class<?>>map(this::erase)
                        .toList());
    }

    private void collect(@Nullable Type type) {
        if (type instanceof ParameterizedType parameterized && parameterized.getRawType() instanceof Class<?> raw) {
            TypeVariable<?>[] variables = raw.getTypeParameters();
            for (int i = 0; i < variables.length; i++) {
                meanings.putIfAbsent(variables[i], parameterized.getActualTypeArguments()[i]);
            }
            collect(raw);
        } else if (type instanceof Class<?> plain) {
            collect(plain.getGenericSuperclass());
            for (Type supertype : plain.getGenericInterfaces()) {
                collect(supertype);
            }
        }
    }

    private Class<?> erase(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        if (type instanceof ParameterizedType parameterized) {
            return erase(parameterized.getRawType());
        }
        if (type instanceof GenericArrayType array) {
            return erase(array.getGenericComponentType()).arrayType();
        }
        if (type instanceof WildcardType wildcard) {
            return erase(wildcard.getUpperBounds()[0]);
        }
        TypeVariable<?> variable = (TypeVariable<?>) type;
        Type meaning = meanings.get(variable);
        return erase(meaning != null && !meaning.equals(variable) ? meaning : variable.getBounds()[0]);
    }
}
