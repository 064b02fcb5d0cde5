package dev.headroom.queue.internal;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.type.TypeBindings;
import com.fasterxml.jackson.databind.type.TypeFactory;
import dev.headroom.config.ConfigurationException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;

/** Which type a handler's method takes when a class that it inherits it from leaves that open. */
final class Payloads {
    private Payloads() {}

    /** The type itself, or what the handler's class says that its variable stands for. */
    static Type known(Type declared, Method method, Object handler, String site) {
        if (!(declared instanceof TypeVariable<?> variable)) {
            return declared;
        }
        JavaType declaring = TypeFactory.defaultInstance()
                .constructType(handler.getClass())
                .findSuperType(method.getDeclaringClass());
        TypeBindings said = declaring == null ? TypeBindings.emptyBindings() : declaring.getBindings();
        JavaType meant = said.findBoundType(variable.getName());
        if (meant == null && variable.getBounds()[0] != Object.class) {
            return declared; // Read as its bound.
        }
        boolean open = meant == null
                || (meant.hasRawClass(Object.class) && handler.getClass().getTypeParameters().length > 0);
        if (open) {
            throw new ConfigurationException(
                    "@Job", site + " of " + declared.getTypeName(), "a payload whose type the handler's class says");
        }
        return meant.hasGenericTypes() ? meant : meant.getRawClass();
    }
}
