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
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs the plans of a bean's annotated methods; CDI makes one for each bean. Outside of application interceptors.
 *
 * <p>An annotation's behaviour may call the method again, on another thread and after the caller has left, as a cache that refreshes in the background
 * does. CDI's invocation context serves one thread while the call lasts, so such a call is a new one of the same bean instance, which passes here
 * and runs the application's interceptors again.
 */
@Interceptor
@HeadroomEnhanced
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
public class HeadroomInterceptor {
    private final TypePlan plan;
    private final Class<?> beanClass;
    private final ThreadLocal<Boolean> again = new ThreadLocal<>();

    /** For CDI, for each instance of a bean; the first compiles the class's annotations. */
    @Inject
    public HeadroomInterceptor(Headroom headroom, @Intercepted Bean<?> bean) {
        beanClass = bean.getBeanClass();
        plan = headroom.enhancer().plan(beanClass);
    }

    /** For CDI. */
    @AroundInvoke
    public @Nullable Object around(InvocationContext context) throws Exception {
        boolean passes = again.get() != null;
        again.remove();
        Optional<MethodPlan> method = passes ? Optional.empty() : plan.of(context.getMethod());
        if (method.isEmpty()) {
            return context.proceed();
        }
        Callee callee = new Callee(context);
        try {
            return method.get().invoke(context.getParameters(), callee);
        } catch (Exception | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException("cdi: a throwable that is neither exception nor error", thrown);
        } finally {
            callee.over = true;
        }
    }

    private final class Callee implements MethodPlan.Callee {
        private final InvocationContext context;
        private final Thread caller = Thread.currentThread();
        private volatile boolean over;

        Callee(InvocationContext context) {
            this.context = context;
        }

        @Override
        public @Nullable Object call(@Nullable Object[] arguments) throws Throwable {
            if (over || Thread.currentThread() != caller) {
                return callAgain(context.getTarget(), context.getMethod(), arguments);
            }
            context.setParameters(arguments);
            return context.proceed();
        }
    }

    /** Passes the interceptors further inwards where the container has put them into a class derived from the bean's. */
    private @Nullable Object callAgain(Object target, Method method, @Nullable Object[] arguments) throws Throwable {
        if (target.getClass() == beanClass) {
            throw new IllegalStateException("cdi: " + beanClass.getSimpleName() + "." + method.getName()
                    + " is called on another thread (expected: a container that intercepts by a derived class)");
        }
        method.setAccessible(true);
        again.set(true);
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause() == null ? thrown : thrown.getCause();
        } finally {
            again.remove();
        }
    }
}
