package dev.headroom.annotation;

import dev.headroom.annotation.TypeModel.Site;
import dev.headroom.annotation.TypePlan.Signature;
import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problem;
import java.lang.annotation.Annotation;
import java.lang.annotation.Repeatable;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles the annotations of one class; finds everything that is wrong with them before it complains. Used once. */
final class PlanCompiler {
    private final List<Interceptor<?>> interceptors;
    private final Set<Class<? extends Annotation>> effective;
    private final Set<Problem> problems = new LinkedHashSet<>();

    /**
     * Creates a compiler.
     *
     * @param interceptors in their order
     * @param alreadyEffective annotations that take effect further inwards and are left alone here
     */
    PlanCompiler(List<Interceptor<?>> interceptors, Set<Class<? extends Annotation>> alreadyEffective) {
        this.interceptors = interceptors.stream()
                .filter(each -> !alreadyEffective.contains(each.annotation()))
                .toList();
        this.effective = new LinkedHashSet<>(alreadyEffective);
        interceptors.forEach(each -> effective.add(each.annotation()));
    }

    TypePlan compile(Class<?> implementation, @Nullable Class<?> type) {
        TypeModel model = new TypeModel(implementation, type);
        Map<Signature, MethodPlan> plans = new HashMap<>();
        for (Site site : model.sites()) {
            List<Advice> advices = new ArrayList<>();
            interceptors.forEach(each -> advices.addAll(compile(each, site)));
            if (!advices.isEmpty()) {
                MethodPlan plan = new MethodPlan(site.site(), advices);
                site.signatures().forEach(signature -> plans.put(signature, plan));
            }
            site.places().forEach(place -> requireComponents(place, site.site().label()));
        }
        model.types().forEach(each -> requireComponents(each, each.getSimpleName()));
        model.unreachable().forEach(each -> refuse(each.method(), each.expected()));
        if (!problems.isEmpty()) {
            throw new ConfigurationException(List.copyOf(problems));
        }
        return new TypePlan(plans);
    }

    private <A extends Annotation> List<Advice> compile(Interceptor<A> interceptor, Site site) {
        for (AnnotatedElement place : site.places()) {
            A[] found = place.getAnnotationsByType(interceptor.annotation());
            if (found.length > 0) {
                List<Advice> advices = new ArrayList<>();
                for (A annotation : found) {
                    advices.addAll(compile(interceptor, annotation, site.site()));
                }
                return advices;
            }
        }
        return List.of();
    }

    private <A extends Annotation> List<Advice> compile(Interceptor<A> interceptor, A annotation, MethodSite site) {
        try {
            return List.of(interceptor.compile(annotation, site));
        } catch (ConfigurationException refused) {
            String where = name(interceptor.annotation()) + " on " + site.label();
            for (Problem problem : refused.problems()) {
                String option = problem.option().startsWith(where) ? problem.option() : where + ", " + problem.option();
                problems.add(new Problem(option, problem.value(), problem.expected()));
            }
            return List.of();
        }
    }

    private void requireComponents(AnnotatedElement place, String label) {
        for (Annotation annotation : place.getAnnotations()) {
            Class<? extends Annotation> kind = kind(annotation);
            InterceptedBy component = kind.getAnnotation(InterceptedBy.class);
            if (component != null && !effective.contains(kind)) {
                String where = place instanceof Method method
                        ? method.getDeclaringClass().getSimpleName() + "." + method.getName()
                        : label;
                problems.add(new Problem(
                        name(kind) + " on " + where,
                        "no component gives it effect",
                        component.value() + " to be plugged in"));
            }
        }
    }

    private void refuse(Method method, String expected) {
        for (Annotation annotation : method.getAnnotations()) {
            Class<? extends Annotation> kind = kind(annotation);
            if (effective.contains(kind) || kind.isAnnotationPresent(InterceptedBy.class)) {
                String where = method.getDeclaringClass().getSimpleName() + "." + method.getName();
                problems.add(new Problem(name(kind) + " on " + where, "can't take effect", expected));
            }
        }
    }

    /** The annotation's type; of a container of repeated ones, theirs. */
    static Class<? extends Annotation> kind(Annotation annotation) {
        Class<? extends Annotation> type = annotation.annotationType();
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals("value"))
                .map(Method::getReturnType)
                .filter(Class::isArray)
                .<Class<?>>map(Class::getComponentType)
                .filter(element -> {
                    Repeatable repeatable = element.getAnnotation(Repeatable.class);
                    return repeatable != null && repeatable.value() == type;
                })
                .<Class<? extends Annotation>>map(element -> element.asSubclass(Annotation.class))
                .findFirst()
                .orElse(type);
    }

    private static String name(Class<? extends Annotation> annotation) {
        return "@" + annotation.getSimpleName();
    }
}
