package dev.headroom.queue.internal;

import dev.headroom.codec.CodecException;
import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.Upcast;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How older payloads of a kind become those that its handler takes. Immutable. */
record Upcasts(int version, Map<Integer, Step> steps) {
    static final Upcasts NONE = new Upcasts(1, Map.of());

    /** From one version to the next. */
    record Step(Method method, Object handler, Type takes) {
        Object apply(String what, Object old) {
            try {
                Object next = method.invoke(handler, old);
                if (next == null) {
                    throw new CodecException(what + ": @Upcast " + method.getName() + " gave nothing");
                }
                return next;
            } catch (InvocationTargetException | IllegalAccessException | IllegalArgumentException failed) {
                Throwable cause = failed instanceof InvocationTargetException thrown ? thrown.getCause() : failed;
                throw new CodecException(what + ": @Upcast " + method.getName() + " failed: " + cause, cause);
            }
        }
    }

    static Upcasts of(String job, int version, @Nullable Object handler, String site) {
        Checks.between(site + " version", version, 1, 30_000);
        Map<Integer, Step> steps = new TreeMap<>();
        if (handler != null) {
            for (Method method : HandlerScan.annotated(handler.getClass(), Upcast.class)) {
                Upcast upcast = method.getAnnotation(Upcast.class);
                if (upcast.job().equals(job)) {
                    boolean fits = method.getParameterCount() == 1
                            && Modifier.isPublic(method.getModifiers())
                            && method.getReturnType() != void.class
                            && !Modifier.isStatic(method.getModifiers())
                            && upcast.from() >= 1
                            && upcast.from() < version
                            && !steps.containsKey(upcast.from());
                    if (!fits) {
                        throw new ConfigurationException(
                                "@Upcast",
                                method.getDeclaringClass().getSimpleName() + "." + method.getName() + " from "
                                        + upcast.from(),
                                "a public, not static method from a payload to the next, one for each version below "
                                        + version);
                    }
                    method.setAccessible(true);
                    steps.put(upcast.from(), new Step(method, handler, method.getGenericParameterTypes()[0]));
                }
            }
        }
        return new Upcasts(version, steps);
    }

    /** Reads a payload of a version that is not newer. */
    @Nullable Object read(JsonPayloads payloads, Kind kind, int from, @Nullable String text) {
        String what = "payload of " + kind.name();
        String json = text;
        Object value = null;
        for (int at = from; at < version; at++) {
            Step step = steps.get(at);
            if (step != null) {
                Object old = value == null
                        ? payloads.read(what, step.takes(), json)
                        : as(payloads, what, step.takes(), value);
                value = step.apply(what, old);
            }
        }
        Type last = kind.payload();
        return value == null || last == null ? payloads.read(kind, json) : as(payloads, what, last, value);
    }

    /** The same value in another type, if it is not of that already: by its JSON. */
    private static Object as(JsonPayloads payloads, String what, Type type, Object value) {
        return type instanceof Class<?> plain && plain.isInstance(value)
                ? value
                : payloads.read(what, type, payloads.write(what, value));
    }
}
