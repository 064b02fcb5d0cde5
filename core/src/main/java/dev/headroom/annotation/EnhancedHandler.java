package dev.headroom.annotation;

import dev.headroom.config.ConfigurationException;
import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an enhanced object does when called. */
final class EnhancedHandler implements InvocationHandler {
    private static final Object[] NO_ARGUMENTS = {};
    private static final MethodType CALL = MethodType.methodType(Object.class, Object.class, Object[].class);

    private final Enhancer enhancer;
    private final Class<?> type;
    private final Object target;
    private final Class<?> annotated;
    private final Map<Method, Route> routes = new HashMap<>();

    /** How one method is called: the handle on the target, or null to run the interface's default method on the proxy. */
    private record Route(
            @Nullable MethodPlan plan, @Nullable MethodHandle handle) {}

    EnhancedHandler(Enhancer enhancer, Class<?> type, Object target, Class<?> annotated, TypePlan plan) {
        this.enhancer = enhancer;
        this.type = type;
        this.target = target;
        this.annotated = annotated;
        for (Method method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                MethodHandle handle = runsOnProxy(method) ? null : handle(method);
                routes.put(method, new Route(plan.of(method).orElse(null), handle));
            }
        }
    }

    /** The handler of an enhanced object, null for any other object. */
    static @Nullable EnhancedHandler of(Object object) {
        return Proxy.isProxyClass(object.getClass())
                        && Proxy.getInvocationHandler(object) instanceof EnhancedHandler handler
                ? handler
                : null;
    }

    Enhancer enhancer() {
        return enhancer;
    }

    Class<?> type() {
        return type;
    }

    Object target() {
        return target;
    }

    Class<?> annotated() {
        return annotated;
    }

    /** All annotations that take effect here or further inwards. */
    Set<Class<? extends Annotation>> effective() {
        Set<Class<? extends Annotation>> all = new HashSet<>(enhancer.annotations());
        EnhancedHandler inner = of(target);
        if (inner != null) {
            all.addAll(inner.effective());
        }
        return all;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given) throws Throwable {
        @Nullable Object[] arguments = given == null ? NO_ARGUMENTS : given;
        Route route = routes.get(method);
        if (route == null) {
            return ofObject(method, arguments);
        }
        MethodHandle handle = route.handle;
        MethodPlan plan = route.plan;
        if (plan == null) {
            return handle != null
                    ? handle.invokeExact(target, arguments)
                    : InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        @Nullable Object answer = plan.answer(arguments);
        return answer != Advice.NO_ANSWER ? answer : advised(route, plan, proxy, method, arguments);
    }

    /** Apart from {@link #invoke}, so that what is at hand is given without making anything. */
    private @Nullable Object advised(
            Route route, MethodPlan plan, Object proxy, Method method, @Nullable Object[] arguments) throws Throwable {
        MethodHandle handle = route.handle;
        return plan.invoke(
                arguments,
                handle != null
                        ? called -> handle.invokeExact(target, called)
                        : called -> InvocationHandler.invokeDefault(proxy, method, called));
    }

    /** The three methods of {@link Object} that a proxy is asked for. */
    private Object ofObject(Method method, @Nullable Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> innermost(target).equals(arguments[0] == null ? null : innermost(arguments[0]));
            case "hashCode" -> innermost(target).hashCode();
            default -> innermost(target).toString();
        };
    }

    private static Object innermost(Object object) {
        EnhancedHandler handler = of(object);
        return handler == null ? object : innermost(handler.target);
    }

    /** A bridge is not run on the proxy: it would pass the same advices twice. */
    private boolean runsOnProxy(Method method) {
        if (!method.isDefault() || method.isBridge() || !Modifier.isPublic(type.getModifiers())) {
            return false;
        }
        if (!type.getModule().isExported(type.getPackageName(), EnhancedHandler.class.getModule())) {
            return false;
        }
        try {
            Method run = target.getClass().getMethod(method.getName(), method.getParameterTypes());
            return run.equals(method)
                    && Modifier.isPublic(method.getDeclaringClass().getModifiers());
        } catch (NoSuchMethodException hidden) {
            return false;
        }
    }

    private static MethodHandle handle(Method method) {
        return accessible(method)
                .asFixedArity()
                .asSpreader(Object[].class, method.getParameterCount())
                .asType(CALL);
    }

    private static MethodHandle accessible(Method method) {
        try {
            return MethodHandles.publicLookup().unreflect(method);
        } catch (IllegalAccessException notPublic) {
            return opened(method);
        }
    }

    private static MethodHandle opened(Method method) {
        try {
            method.setAccessible(true);
            return MethodHandles.lookup().unreflect(method);
        } catch (IllegalAccessException | InaccessibleObjectException closed) {
            throw new ConfigurationException(
                    "type",
                    method.getDeclaringClass().getName(),
                    "a public interface, or one of a module that opens its package");
        }
    }
}
