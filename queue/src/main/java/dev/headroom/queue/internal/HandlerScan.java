package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problems;
import dev.headroom.queue.Every;
import dev.headroom.queue.Job;
import dev.headroom.queue.JobContext;
import dev.headroom.queue.Limit;
import dev.headroom.queue.Misfire;
import dev.headroom.queue.Tx;
import dev.headroom.queue.Upcast;
import dev.headroom.queue.internal.cron.CronTicks;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the methods with {@code @Job} of a handler and turns each into a {@link Kind}. */
public final class HandlerScan {
    private HandlerScan() {}

    /** The kinds of a handler. */
    public static List<Kind> scan(Object handler) {
        List<Kind> kinds = new ArrayList<>();
        Problems problems = new Problems();
        Set<String> names = new LinkedHashSet<>();
        for (Method method : annotated(handler.getClass(), Job.class)) {
            names.add(method.getAnnotation(Job.class).name());
            problems.collect(() -> kinds.add(kind(method, handler)));
        }
        for (Method method : annotated(handler.getClass(), Upcast.class)) {
            String job = method.getAnnotation(Upcast.class).job();
            problems.unless(names.contains(job), "@Upcast job", job, "the name of a @Job of the same handler");
        }
        alone(handler.getClass(), Every.class, problems);
        alone(handler.getClass(), Limit.class, problems);
        problems.unless(
                !kinds.isEmpty() || !problems.found().isEmpty(),
                "handlers",
                handler.getClass().getName(),
                "an object with a method that has @Job");
        problems.throwIfAny();
        return kinds;
    }

    /** What says when or how often a job runs says nothing on a method that is none. */
    private static void alone(Class<?> type, Class<? extends Annotation> annotation, Problems problems) {
        for (Method method : annotated(type, annotation)) {
            problems.unless(
                    method.isAnnotationPresent(Job.class),
                    "@" + annotation.getSimpleName(),
                    site(method),
                    "a method that has @Job itself");
        }
    }

    private static String site(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    /** The kind of a method; {@code handler} is null where the kind is only enqueued. */
    static Kind kind(Method method, @Nullable Object handler) {
        Job job = method.getAnnotation(Job.class);
        String site = site(method);
        Type declared = payload(method, site, job.track());
        Type payload = declared == null || handler == null ? declared : Payloads.known(declared, method, handler, site);
        boolean locks = job.tx() == Tx.LOCK_IN_TX;
        String longest = locks && job.timeout().isEmpty() ? Tx.LONGEST_LOCK : job.timeout();
        Duration timeout = longest.isEmpty() ? Duration.ZERO : Spans.parsePositive(site + " timeout", longest);
        Limits limits = Limits.of(method, site);
        Checks.that(!locks || limits == null, site + " tx", job.tx(), "NONE or COMPLETE_IN_TX for a kind with @Limit");
        return new Kind(
                Checks.name(site + " name", job.name()),
                Checks.name(site + " queue", job.queue()),
                Checks.between(site + " priority", job.priority(), 0, Kind.LAST_PRIORITY),
                Checks.between(site + " attempts", job.attempts(), 1, Kind.MOST_ATTEMPTS),
                Backoff.parse(site + " backoff", job.backoff()),
                List.of(job.giveUpOn()),
                timeout,
                job.tx(),
                job.criticality(),
                job.track(),
                limits,
                Limits.expression(site + " fairBy", job.fairBy(), method),
                Upcasts.of(job.name(), job.version(), handler, site),
                payload,
                every(method, site, payload),
                handler == null ? null : code(method, handler, payload != null));
    }

    private static @Nullable Type payload(Method method, String site, boolean track) {
        Class<?>[] types = method.getParameterTypes();
        boolean context = types.length > 0 && types[types.length - 1] == JobContext.class;
        int payloads = types.length - (context ? 1 : 0);
        boolean fits = payloads <= 1
                && (track || method.getReturnType() == void.class)
                && Modifier.isPublic(method.getModifiers())
                && !Modifier.isStatic(method.getModifiers());
        if (!fits) {
            throw new ConfigurationException(
                    "@Job",
                    site,
                    "a public, not static method that takes at most a payload and a JobContext, and has no result unless it is tracked");
        }
        return payloads == 0 ? null : method.getGenericParameterTypes()[0];
    }

    private static Kind.@Nullable Recurrence every(Method method, String site, @Nullable Type payload) {
        Every every = method.getAnnotation(Every.class);
        if (every == null) {
            return null;
        }
        long given = Stream.of(every.fixedDelay(), every.fixedRate(), every.cron())
                .filter(text -> !text.isEmpty())
                .count();
        if (payload != null || given != 1) {
            throw new ConfigurationException(
                    "@Every", site, "a method without payload, and one of fixedDelay, fixedRate and cron");
        }
        Checks.that(
                !every.cron().isEmpty() || (every.zone().equals("UTC") && every.misfire() == Misfire.ONCE),
                site + " zone and misfire",
                every.zone() + ", " + every.misfire(),
                "those that are the default, without cron");
        Duration silence =
                every.silence().isEmpty() ? Duration.ZERO : Spans.parsePositive(site + " silence", every.silence());
        return every.cron().isEmpty() ? interval(every, site, silence) : calendar(every, site, silence);
    }

    private static Kind.Recurrence interval(Every every, String site, Duration silence) {
        boolean delay = !every.fixedDelay().isEmpty();
        Duration duration = Spans.parse(site + " @Every", delay ? every.fixedDelay() : every.fixedRate());
        if (duration.toMillis() < 1) {
            throw new ConfigurationException("@Every", site + " " + duration, ">= 1ms");
        }
        return Kind.Recurrence.interval(delay, duration, silence);
    }

    private static Kind.Recurrence calendar(Every every, String site, Duration silence) {
        ZoneId zone;
        try {
            zone = ZoneId.of(every.zone());
        } catch (DateTimeException e) {
            throw new ConfigurationException(site + " zone", every.zone(), "a time zone such as Europe/Berlin");
        }
        try {
            CronTicks ticks = CronTicks.of(site + " cron", every.cron(), zone);
            return Kind.Recurrence.calendar(ticks, every.misfire(), silence, "cron " + every.cron() + " " + zone);
        } catch (NoClassDefFoundError absent) {
            throw new ConfigurationException(
                    site + " cron", every.cron(), "com.cronutils:cron-utils 9.2 or newer on the class path");
        }
    }

    private static Kind.Code code(Method method, Object handler, boolean withPayload) {
        method.setAccessible(true);
        boolean withContext = method.getParameterCount() > (withPayload ? 1 : 0);
        return (payload, context) -> {
            try {
                if (withPayload) {
                    return invoke(
                            method, handler, withContext ? new Object[] {payload, context} : new Object[] {payload});
                } else {
                    return invoke(method, handler, withContext ? new Object[] {context} : new Object[0]);
                }
            } catch (InvocationTargetException thrown) {
                throw unwrapped(thrown);
            }
        };
    }

    private static @Nullable Object invoke(Method method, Object handler, @Nullable Object[] arguments)
            throws InvocationTargetException, IllegalAccessException {
        return method.invoke(handler, arguments);
    }

    private static Exception unwrapped(InvocationTargetException thrown) {
        Throwable cause = thrown.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof Exception exception ? exception : thrown;
    }

    /** The methods that have an annotation, of a class and of all that it extends and implements: a proxy's class itself has none. */
    static List<Method> annotated(Class<?> type, Class<? extends Annotation> annotation) {
        List<Method> found = new ArrayList<>();
        Set<String> signatures = new LinkedHashSet<>();
        for (Class<?> declaring : hierarchy(type)) {
            for (Method method : declaring.getDeclaredMethods()) {
                if (method.isAnnotationPresent(annotation) && !method.isBridge() && signatures.add(signature(method))) {
                    found.add(method);
                }
            }
        }
        return found;
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
