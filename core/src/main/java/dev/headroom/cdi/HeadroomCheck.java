package dev.headroom.cdi;

import dev.headroom.annotation.Enhancer;
import dev.headroom.config.Problem;
import dev.headroom.config.Problems;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Refuses, while the container starts, beans whose annotations would silently do nothing: they are not marked {@link HeadroomEnhanced}. In
 * the container by Headroom's own {@code beans.xml}.
 */
@ApplicationScoped
public class HeadroomCheck {
    /**
     * For CDI.
     *
     * @throws dev.headroom.config.ConfigurationException with all such beans
     */
    void check(@Observes @Initialized(ApplicationScoped.class) Object start, BeanManager beans) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        for (Bean<?> bean : beans.getBeans(Object.class, Any.Literal.INSTANCE)) {
            classes.add(bean.getBeanClass());
        }
        Problems problems = new Problems();
        classes.stream()
                .filter(type -> !enhanced(type) && concerns(type))
                .map(type -> new Problem(
                        "bean",
                        type.getName(),
                        "@HeadroomEnhanced, for its annotations to take effect; @Vetoed if it is none"))
                .forEach(problems::add);
        problems.throwIfAny();
    }

    /** By itself, a superclass, or an annotation that stands for it. */
    private static boolean enhanced(Class<?> type) {
        return type.isAnnotationPresent(HeadroomEnhanced.class)
                || Arrays.stream(type.getAnnotations())
                        .anyMatch(
                                annotation -> annotation.annotationType().isAnnotationPresent(HeadroomEnhanced.class));
    }

    /** Beans of others may name classes that are not there. */
    private static boolean concerns(Class<?> type) {
        try {
            return Enhancer.concerns(type);
        } catch (LinkageError unknown) {
            return false;
        }
    }
}
