package dev.headroom.annotation.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The accessors of one property name, as a method handle for each class that has one. A class's handle is looked up once and kept
 * with the class.
 */
final class Accessors {
    private static final MethodType READ = MethodType.methodType(Object.class, Object.class);

    private final String name;
    private final ClassValue<Optional<MethodHandle>> handles = new ClassValue<>() {
        @Override
        protected Optional<MethodHandle> computeValue(Class<?> type) {
            return find(type).map(Accessors::handle);
        }
    };

    private Accessors(String name) {
        this.name = name;
    }

    static Accessors named(String name) {
        return new Accessors(name);
    }

    /** The property's value; null for null. */
    @Nullable Object read(@Nullable Object given) {
        Object owner = present(given);
        if (owner == null) {
            return null;
        }
        if (owner instanceof Map<?, ?> map) {
            return map.get(name);
        }
        MethodHandle handle = handles.get(owner.getClass())
                .orElseThrow(() -> new IllegalArgumentException(name + ": "
                        + owner.getClass().getSimpleName() + " (expected: " + readable(owner.getClass()) + ")"));
        try {
            return (Object) handle.invokeExact(owner);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable checked) {
            throw new IllegalStateException(name + ": its accessor failed", checked);
        }
    }

    /** What an optional holds, everything else as it is. */
    static @Nullable Object present(@Nullable Object given) {
        return given instanceof Optional<?> optional ? optional.orElse(null) : given;
    }

    /** The accessor of a class: {@code name()}, {@code getName()} or {@code isName()}, as a public type declares it. */
    Optional<Method> find(Class<?> type) {
        String capital = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        return accessor(type, name)
                .or(() -> accessor(type, "get" + capital))
                .or(() -> accessor(type, "is" + capital).filter(found -> found.getReturnType() == boolean.class));
    }

    /** What can be read of a class, for messages. */
    static String readable(Class<?> type) {
        Collection<String> names = new TreeSet<>();
        for (Method method : type.getMethods()) {
            accessor(type, method.getName()).ifPresent(found -> names.add(property(found.getName())));
        }
        String owner = type.getSimpleName();
        return names.isEmpty()
                ? "a public accessor, of which " + owner + " has none"
                : "one of " + owner + "'s " + names;
    }

    private static String property(String accessor) {
        int prefix = accessor.startsWith("get") ? 3 : accessor.startsWith("is") ? 2 : 0;
        boolean bean = prefix > 0 && accessor.length() > prefix && Character.isUpperCase(accessor.charAt(prefix));
        return bean ? Character.toLowerCase(accessor.charAt(prefix)) + accessor.substring(prefix + 1) : accessor;
    }

    private static Optional<Method> accessor(Class<?> type, String name) {
        Deque<Class<?>> candidates = new ArrayDeque<>();
        candidates.add(type);
        while (!candidates.isEmpty()) {
            Class<?> candidate = candidates.remove();
            if (Modifier.isPublic(candidate.getModifiers())) {
                Optional<Method> found = Arrays.stream(candidate.getMethods())
                        .filter(method -> method.getName().equals(name) && isAccessor(method))
                        .findFirst();
                if (found.isPresent()) {
                    return found;
                }
            }
            if (candidate.getSuperclass() != null) {
                candidates.add(candidate.getSuperclass());
            }
            candidates.addAll(Arrays.asList(candidate.getInterfaces()));
        }
        return Optional.empty();
    }

    private static boolean isAccessor(Method method) {
        return method.getParameterCount() == 0
                && method.getReturnType() != void.class
                && !Modifier.isStatic(method.getModifiers())
                && !method.isBridge()
                && method.getDeclaringClass() != Object.class
                && Modifier.isPublic(method.getDeclaringClass().getModifiers())
                && !Arrays.asList("hashCode", "toString", "clone").contains(method.getName())
                && opened(method);
    }

    private static boolean opened(Method method) {
        Class<?> owner = method.getDeclaringClass();
        return owner.getModule().isExported(owner.getPackageName(), Accessors.class.getModule());
    }

    private static MethodHandle handle(Method method) {
        try {
            return MethodHandles.publicLookup().unreflect(method).asType(READ);
        } catch (IllegalAccessException hidden) {
            throw new IllegalArgumentException(
                    method.getName() + ": hidden (expected: an accessor of a public type)", hidden);
        }
    }
}
