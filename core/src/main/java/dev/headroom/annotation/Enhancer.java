package dev.headroom.annotation;

import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Brings annotations to life: puts interceptors around an object's methods, by a proxy of the JDK.
 *
 * <p>Annotations are compiled once, when an object is enhanced; a method without any is called straight through. Around a method,
 * interceptors stand in the order of their {@link InterceptorSlot slots}, within a slot in the order of plugging. Of one annotation in
 * several places the nearest counts: the implementing class's method (or one that it overrides), the interface's method, the class
 * (for all its public methods), the interface (for its methods). Exceptions come out as they were thrown.
 *
 * <p>What can't take effect is refused, all of it at once: an annotation on a private, static or final method or on one that no
 * interface declares; an annotation {@link InterceptedBy} a component that is not plugged in.
 *
 * <p><b>Self-calls:</b> a method that calls another of the same object calls it directly, without its annotations. A default method
 * that the object did not override is run on the enhanced object, so the calls it makes are enhanced.
 *
 * <p>An enhanced object is equal to another of the same target. Enhancing it again by the same enhancer wraps its target, not the proxy;
 * by another one adds only those annotations that the first does not know: each takes effect once. Immutable and thread-safe.
 *
 * <pre>{@code
 * Enhancer enhancer = Enhancer.of(List.of(timed, cached));
 * Catalog catalog = enhancer.enhance(Catalog.class, new JdbcCatalog(dataSource));
 * }</pre>
 */
public final class Enhancer {
    private final List<Interceptor<?>> interceptors;

    /** Kept by the classes themselves, so that neither holds the other: hosts ask for each instance of a bean. */
    private final ClassValue<TypePlan> plans = new ClassValue<>() {
        @Override
        protected TypePlan computeValue(Class<?> implementation) {
            return new PlanCompiler(interceptors, Set.of()).compile(implementation, null);
        }
    };

    private Enhancer(List<Interceptor<?>> interceptors) {
        this.interceptors = interceptors.stream()
                .sorted(Comparator.comparing(Interceptor::slot))
                .toList();
    }

    /**
     * An enhancer with these interceptors, in the order of plugging.
     *
     * @throws dev.headroom.config.ConfigurationException if two are for the same annotation
     */
    public static Enhancer of(List<Interceptor<?>> interceptors) {
        Problems problems = new Problems();
        Set<Class<?>> seen = new HashSet<>();
        for (Interceptor<?> each : Checks.present("interceptors", interceptors)) {
            problems.unless(
                    seen.add(each.annotation()),
                    "interceptors",
                    "two for @" + each.annotation().getSimpleName(),
                    "one for each annotation");
        }
        problems.throwIfAny();
        return new Enhancer(interceptors);
    }

    /**
     * The object with its annotations alive; the object itself when it is an enhanced one of this type already.
     *
     * @param type the interface by which it is called
     * @throws dev.headroom.config.ConfigurationException if an annotation can't take effect, with all that is wrong
     */
    public <T> T enhance(Class<T> type, T implementation) {
        Checks.present("implementation", implementation);
        Checks.that(
                type.isInterface() && !type.isAnnotation() && !type.isSealed() && !type.isHidden(),
                "type",
                type.getName(),
                "an interface that is not sealed");
        EnhancedHandler inner = EnhancedHandler.of(implementation);
        if (inner != null && inner.enhancer() == this) {
            return inner.type() == type ? implementation : enhance(type, type.cast(inner.target()));
        }
        Class<?> annotated = inner == null ? implementation.getClass() : inner.annotated();
        Set<Class<? extends Annotation>> effective = inner == null ? Set.of() : inner.effective();
        TypePlan plan = new PlanCompiler(interceptors, effective).compile(annotated, type);
        EnhancedHandler handler = new EnhancedHandler(this, type, implementation, annotated, plan);
        ClassLoader loader = type.getClassLoader() != null
                ? type.getClassLoader()
                : implementation.getClass().getClassLoader();
        return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, handler));
    }

    /** Whether the object was enhanced by any enhancer. */
    public static boolean isEnhanced(Object object) {
        return EnhancedHandler.of(object) != null;
    }

    /** Whether a class, its supertypes or any of their methods has an annotation that is {@link InterceptedBy} a component. */
    public static boolean concerns(Class<?> implementation) {
        return new TypeModel(implementation, null)
                .elements().stream()
                        .flatMap(element -> Arrays.stream(element.getAnnotations()))
                        .anyMatch(annotation -> PlanCompiler.kind(annotation).isAnnotationPresent(InterceptedBy.class));
    }

    /**
     * The compiled annotations of a class, for a host that derives a class from it or puts a proxy of its own in front of it. Compiled once
     * for each class.
     *
     * @throws dev.headroom.config.ConfigurationException if an annotation can't take effect, with all that is wrong
     */
    public TypePlan plan(Class<?> implementation) {
        return plans.get(implementation);
    }

    Set<Class<? extends Annotation>> annotations() {
        Set<Class<? extends Annotation>> all = new LinkedHashSet<>();
        interceptors.forEach(each -> all.add(each.annotation()));
        return all;
    }
}
