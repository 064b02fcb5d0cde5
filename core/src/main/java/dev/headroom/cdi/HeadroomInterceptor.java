package dev.headroom.cdi;

import dev.headroom.Headroom;
import dev.headroom.annotation.MethodPlan;
import dev.headroom.annotation.TypePlan;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Intercepted;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs the plans of a bean's annotated methods; CDI makes one for each bean. Outside of application interceptors. */
@Interceptor
@HeadroomEnhanced
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
public class HeadroomInterceptor {
    private final TypePlan plan;

    /** For CDI; compiles the bean's annotations. */
    @Inject
    public HeadroomInterceptor(Headroom headroom, @Intercepted Bean<?> bean) {
        plan = headroom.enhancer().plan(bean.getBeanClass());
    }

    /** For CDI. */
    @AroundInvoke
    public @Nullable Object around(InvocationContext context) throws Exception {
        Optional<MethodPlan> method = plan.of(context.getMethod());
        if (method.isEmpty()) {
            return context.proceed();
        }
        try {
            return method.get().invoke(context.getParameters(), arguments -> {
                context.setParameters(arguments);
                return context.proceed();
            });
        } catch (Exception | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("cdi: a throwable that is neither exception nor error", thrown);
        }
    }
}
