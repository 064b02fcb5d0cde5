package dev.headroom.spring;

import dev.headroom.annotation.Enhancer;
import dev.headroom.config.Checks;
import java.lang.reflect.Modifier;
import java.util.function.Supplier;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;

/**
 * Brings Headroom's annotations to life on Spring's beans.
 *
 * <p>A bean whose class, interfaces or methods have an annotation that is {@link dev.headroom.annotation.InterceptedBy} a component gets
 * a proxy: derived from its class, or of its interfaces if the class is final. A proxy that Spring has made already, as for
 * {@code @Transactional}, gets one more advisor instead, outside of the others: a cache answers before a transaction begins. What can't
 * take effect fails the start. As with all of Spring's proxies, a bean's calls of its own methods go past it. Beans that
 * {@code Headroom.enhance} made are left as they are.
 *
 * <pre>{@code
 * @Bean
 * static HeadroomPostProcessor headroomAnnotations(ObjectProvider<Headroom> headroom) {
 *     return new HeadroomPostProcessor(() -> headroom.getObject().enhancer());
 * }
 * }</pre>
 */
public final class HeadroomPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the processor.
     *
     * @param enhancer asked for when the first annotated bean is made, so that the components' own beans are made without this
     */
    public HeadroomPostProcessor(Supplier<Enhancer> enhancer) {
        setBeforeExistingAdvisors(true);
        setProxyTargetClass(true);
        this.advisor = new HeadroomAdvisor(Checks.present("enhancer", enhancer));
    }

    @Override
    protected boolean isEligible(Object bean, String beanName) {
        return !Enhancer.isEnhanced(bean) && super.isEligible(bean, beanName);
    }

    @Override
    protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
        ProxyFactory factory = super.prepareProxyFactory(bean, beanName);
        if (Modifier.isFinal(bean.getClass().getModifiers())) {
            factory.setProxyTargetClass(false);
        }
        return factory;
    }
}
