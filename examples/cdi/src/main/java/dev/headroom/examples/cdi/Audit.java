package dev.headroom.examples.cdi;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A component of the application's own, that gives an annotation its behaviour. */
final class Audit implements Component {
    private final List<String> notes = new CopyOnWriteArrayList<>();

    List<String> notes() {
        return notes;
    }

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public void contribute(Contributions to) {
        to.interceptor(new AuditedInterceptor());
    }

    @Override
    public void close() {
        notes.add("closed");
    }

    private final class AuditedInterceptor implements Interceptor<Audited> {
        @Override
        public Class<Audited> annotation() {
            return Audited.class;
        }

        @Override
        public InterceptorSlot slot() {
            return InterceptorSlot.METHOD;
        }

        @Override
        public Advice compile(Audited annotation, MethodSite site) {
            KeyExpression what = KeyExpression.compileBeforeCall("value", annotation.value(), site);
            return invocation -> {
                notes.add(String.valueOf(what.evaluate(invocation.arguments(), null)));
                return invocation.proceed();
            };
        }
    }
}
