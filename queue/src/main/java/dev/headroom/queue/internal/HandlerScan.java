package dev.headroom.queue.internal;

import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problems;
import dev.headroom.config.Values;
import dev.headroom.queue.Every;
import dev.headroom.queue.Job;
import dev.headroom.queue.JobContext;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the methods with {@code @Job} of a handler and turns each into a {@link Kind}. */
public final class HandlerScan {
    private HandlerScan() {}

    /** The kinds of a handler. */
    public static List<Kind> scan(Object handler) {
        List<Kind> kinds = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        Problems problems = new Problems();
        for (Class<?> type : hierarchy(handler.getClass())) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Job.class) && !method.isBridge() && names.add(signature(method))) {
                    problems.collect(() -> kinds.add(kind(method, handler)));
                }
            }
        }
        problems.unless(
                !kinds.isEmpty() || !problems.found().isEmpty(),
                "handlers",
                handler.getClass().getName(),
                "an object with a method that has @Job");
        problems.throwIfAny();
        return kinds;
    }

    /** The kind of a method; {@code handler} is null where the kind is only enqueued. */
    static Kind kind(Method method, @Nullable Object handler) {
        Job job = method.getAnnotation(Job.class);
        String site = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        Type payload = payload(method, site);
        Duration timeout = job.timeout().isEmpty() ? Duration.ZERO : Values.duration(site + " timeout", job.timeout());
        return new Kind(
                job.name(),
                job.queue(),
                job.priority(),
                job.attempts(),
                Backoff.parse(site + " backoff", job.backoff()),
                List.of(job.giveUpOn()),
                timeout,
                job.tx(),
                job.criticality(),
                payload,
                every(method, site, payload),
                handler == null ? null : code(method, handler, payload != null));
    }

    private static @Nullable Type payload(Method method, String site) {
        Class<?>[] types = method.getParameterTypes();
        boolean context = types.length > 0 && types[types.length - 1] == JobContext.class;
        int payloads = types.length - (context ? 1 : 0);
        boolean fits = payloads <= 1
                && method.getReturnType() == void.class
                && Modifier.isPublic(method.getModifiers())
                && !Modifier.isStatic(method.getModifiers());
        if (!fits) {
            throw new ConfigurationException(
                    "@Job",
                    site,
                    "a public, not static method without result that takes at most a payload and a JobContext");
        }
        return payloads == 0 ? null : method.getGenericParameterTypes()[0];
    }

    private static Kind.@Nullable Interval every(Method method, String site, @Nullable Type payload) {
        Every every = method.getAnnotation(Every.class);
        if (every == null) {
            return null;
        }
        boolean delay = !every.fixedDelay().isEmpty();
        if (payload != null || delay == !every.fixedRate().isEmpty()) {
            throw new ConfigurationException(
                    "@Every", site, "a method without payload, and one of fixedDelay and fixedRate");
        }
        Duration duration = Values.duration(site + " @Every", delay ? every.fixedDelay() : every.fixedRate());
        if (duration.toMillis() < 1) {
            throw new ConfigurationException("@Every", site + " " + duration, ">= 1ms");
        }
        return new Kind.Interval(delay, duration);
    }

    private static Kind.Code code(Method method, Object handler, boolean withPayload) {
        method.setAccessible(true);
        boolean withContext = method.getParameterCount() > (withPayload ? 1 : 0);
        return (payload, context) -> {
            try {
                if (withPayload) {
                    invoke(method, handler, withContext ? new Object[] {payload, context} : new Object[] {payload});
                } else {
                    invoke(method, handler, withContext ? new Object[] {context} : new Object[0]);
                }
            } catch (InvocationTargetException thrown) {
                throw unwrapped(thrown);
            }
        };
    }

    private static void invoke(Method method, Object handler, @Nullable Object[] arguments)
            throws InvocationTargetException, IllegalAccessException {
        method.invoke(handler, arguments);
    }

    private static Exception unwrapped(InvocationTargetException thrown) {
        Throwable cause = thrown.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof Exception exception ? exception : thrown;
    }

    /** The method with {@code @Job} that a class's or interface's method of this name and descriptor stands for. */
    static Optional<Method> annotated(Class<?> type, String name, List<Class<?>> parameters) {
        for (Class<?> declaring : hierarchy(type)) {
            for (Method method : declaring.getDeclaredMethods()) {
                if (method.getName().equals(name)
                        && List.of(method.getParameterTypes()).equals(parameters)
                        && method.isAnnotationPresent(Job.class)) {
                    return Optional.of(method);
                }
            }
        }
        return Optional.empty();
    }

    private static List<Class<?>> hierarchy(Class<?> type) {
        Set<Class<?>> found = new LinkedHashSet<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            found.add(c);
        }
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            interfaces(c, found);
        }
        return List.copyOf(found);
    }

    private static void interfaces(Class<?> type, Set<Class<?>> into) {
        if (type.isInterface()) {
            into.add(type);
        }
        for (Class<?> each : type.getInterfaces()) {
            interfaces(each, into);
        }
    }

    private static String signature(Method method) {
        return method.getName() + List.of(method.getParameterTypes());
    }
}
