package dev.headroom.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.Checks;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class EnhancerTest {
    @Retention(RetentionPolicy.RUNTIME)
    @InterceptedBy("Outers")
    @interface Outer {
        String value();
    }

    @Retention(RetentionPolicy.RUNTIME)
    @InterceptedBy("Inners")
    @Repeatable(Inners.class)
    @interface Inner {
        String value();
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Inners {
        Inner[] value();
    }

    /** Writes down what passes it. */
    record Recorder<A extends Annotation>(
            Class<A> annotation, InterceptorSlot slot, java.util.function.Function<A, String> text, List<String> seen)
            implements Interceptor<A> {
        @Override
        public Advice compile(A given, MethodSite site) {
            String label = Checks.notBlank("value", text.apply(given));
            return invocation -> {
                seen.add(label);
                return invocation.proceed();
            };
        }
    }

    private final List<String> seen = new ArrayList<>();
    private final Interceptor<Outer> outer = new Recorder<>(Outer.class, InterceptorSlot.MEASURE, Outer::value, seen);
    private final Interceptor<Inner> inner = new Recorder<>(Inner.class, InterceptorSlot.CACHE, Inner::value, seen);
    private final Enhancer enhancer = Enhancer.of(List.of(inner, outer));

    interface Base<K> {
        @Inner("base")
        String find(K key) throws IOException;
    }

    @Outer("type")
    interface Catalog extends Base<Long> {
        @Inner("interface")
        String both();

        String plain();

        default String twice() {
            return plain() + plain();
        }

        @Inner("default")
        default String annotatedDefault() {
            return both();
        }
    }

    static class JdbcCatalog implements Catalog {
        @Override
        public String find(Long key) throws IOException {
            if (key < 0) {
                throw new IOException("no " + key);
            }
            return "p" + key;
        }

        @Override
        @Inner("implementation")
        public String both() {
            return "both";
        }

        @Override
        @Inner("one")
        @Inner("two")
        @Outer("method")
        public String plain() {
            return "plain";
        }

        @Override
        public String toString() {
            return "catalog";
        }
    }

    @Test
    void ordersBySlotAndTakesTheNearestAnnotation() throws IOException {
        Catalog catalog = enhancer.enhance(Catalog.class, new JdbcCatalog());
        assertThat(catalog.both()).isEqualTo("both");
        assertThat(seen).containsExactly("type", "implementation");
        seen.clear();
        assertThat(catalog.plain()).isEqualTo("plain");
        assertThat(seen).containsExactly("method", "one", "two");
        seen.clear();
        assertThat(catalog.find(7L)).isEqualTo("p7");
        assertThat(seen).containsExactly("type", "base");
    }

    @Test
    void passesOnceThroughABridge() throws IOException {
        Base<Long> base = enhancer.enhance(Catalog.class, new JdbcCatalog());
        assertThat(base.find(8L)).isEqualTo("p8");
        assertThat(seen).containsExactly("type", "base");
    }

    @Test
    @SuppressWarnings("unchecked")
    void enhancesAGenericInterfaceItself() throws IOException {
        Base<Long> base = enhancer.enhance(Base.class, new JdbcCatalog());
        assertThat(base.find(9L)).isEqualTo("p9");
        assertThat(seen).containsExactly("type", "base");
    }

    public interface Shop {
        String plain();

        default String twice() {
            return plain() + plain();
        }
    }

    @Test
    void runsADefaultMethodOnTheEnhancedObject() {
        Shop shop = new Shop() {
            @Override
            @Inner("plain")
            public String plain() {
                return "x";
            }
        };
        assertThat(enhancer.enhance(Shop.class, shop).twice()).isEqualTo("xx");
        assertThat(seen).containsExactly("plain", "plain");
    }

    @Test
    void runsADefaultMethodOfAPackagePrivateInterfaceOnTheTarget() {
        Catalog catalog = enhancer.enhance(Catalog.class, new JdbcCatalog());
        assertThat(catalog.twice()).isEqualTo("plainplain");
        assertThat(catalog.annotatedDefault()).isEqualTo("both");
        assertThat(seen).containsExactly("type", "type", "default");
    }

    @Test
    void letsExceptionsOutAsTheyWereThrown() {
        Catalog catalog = enhancer.enhance(Catalog.class, new JdbcCatalog());
        assertThatThrownBy(() -> catalog.find(-1L))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("no -1");
        Catalog broken = Enhancer.of(List.of(failing(new IllegalStateException("mine")), outer))
                .enhance(Catalog.class, new JdbcCatalog());
        assertThatThrownBy(broken::both).isExactlyInstanceOf(IllegalStateException.class);
        Catalog undeclared = Enhancer.of(List.of(failing(new Exception("checked")), outer))
                .enhance(Catalog.class, new JdbcCatalog());
        assertThatThrownBy(undeclared::both).isExactlyInstanceOf(UndeclaredThrowableException.class);
    }

    private static Interceptor<Inner> failing(Exception failure) {
        return inner((site) -> invocation -> {
            throw failure;
        });
    }

    private static Interceptor<Inner> inner(java.util.function.Function<MethodSite, Advice> advice) {
        return new Interceptor<>() {
            @Override
            public Class<Inner> annotation() {
                return Inner.class;
            }

            @Override
            public InterceptorSlot slot() {
                return InterceptorSlot.METHOD;
            }

            @Override
            public Advice compile(Inner annotation, MethodSite site) {
                return advice.apply(site);
            }
        };
    }

    @Test
    void proceedsAgainAndFromAnotherThread() {
        AtomicInteger calls = new AtomicInteger();
        Supplier<Integer> counting = new Supplier<>() {
            @Override
            @Inner("x")
            @Outer("y")
            public Integer get() {
                return calls.incrementAndGet();
            }
        };
        Interceptor<Inner> twice = inner(site -> invocation -> {
            invocation.proceed();
            return CompletableFuture.supplyAsync(() -> {
                        try {
                            return invocation.proceed();
                        } catch (Throwable failure) {
                            throw new IllegalStateException(failure);
                        }
                    })
                    .join();
        });
        Supplier<?> enhanced = Enhancer.of(List.of(twice, outer)).enhance(Supplier.class, counting);
        assertThat(enhanced.get()).isEqualTo(2);
        assertThat(seen).containsExactly("y");
    }

    @Test
    void passesObjectMethodsThrough() {
        JdbcCatalog target = new JdbcCatalog();
        Catalog one = enhancer.enhance(Catalog.class, target);
        Catalog other = enhancer.enhance(Catalog.class, target);
        assertThat(one)
                .isEqualTo(other)
                .hasSameHashCodeAs(other)
                .hasToString("catalog")
                .isNotSameAs(other);
        assertThat(one).isNotEqualTo(enhancer.enhance(Catalog.class, new JdbcCatalog()));
        assertThat(one.equals(null)).isFalse();
        assertThat(seen).isEmpty();
    }

    @Test
    void doesNotEnhanceTwice() {
        Catalog catalog = enhancer.enhance(Catalog.class, new JdbcCatalog());
        assertThat(enhancer.enhance(Catalog.class, catalog)).isSameAs(catalog);
        Catalog byAnother = Enhancer.of(List.of(inner, outer)).enhance(Catalog.class, catalog);
        byAnother.both();
        assertThat(seen).containsExactly("type", "implementation");
        assertThat(byAnother).isEqualTo(catalog);
    }

    @Test
    void addsWhatAnInnerEnhancerDoesNotKnow() {
        class Half implements Shop {
            @Override
            @Inner("x")
            public String plain() {
                return "half";
            }
        }
        Shop shop = enhancer.enhance(Shop.class, new Half());
        Enhancer tagging =
                Enhancer.of(List.of(new Recorder<>(Deprecated.class, InterceptorSlot.GATE, d -> "dep", seen)));
        assertThat(tagging.enhance(Shop.class, shop).plain()).isEqualTo("half");
        assertThat(seen).containsExactly("x");
    }

    static class Service {
        @Inner("open")
        String open() {
            return "open";
        }

        String plain() {
            return "plain";
        }
    }

    static class Closed {
        @Inner("x")
        final String closed() {
            return "";
        }
    }

    @Test
    void plansClassesForHosts() throws Throwable {
        TypePlan plan = enhancer.plan(Service.class);
        assertThat(plan.of(Service.class.getDeclaredMethod("plain"))).isEmpty();
        MethodPlan method = plan.of(Service.class.getDeclaredMethod("open")).orElseThrow();
        assertThat(method.invoke(new Object[0], arguments -> "called")).isEqualTo("called");
        assertThat(seen).containsExactly("open");
        assertThat(enhancer.plan(Service.class)).as("compiled once").isSameAs(plan);
        assertThat(enhancer.plan(Object.class).isEmpty()).isTrue();
        assertThatThrownBy(() -> enhancer.plan(Closed.class))
                .hasMessageContaining("a method that is not final, of a class that is not final");
    }

    record Shortening(InterceptorSlot slot) implements Interceptor<Outer> {
        @Override
        public Class<Outer> annotation() {
            return Outer.class;
        }

        @Override
        public Advice compile(Outer given, MethodSite site) {
            return invocation -> {
                Object whole = invocation.proceed();
                Object part =
                        invocation.proceed(new Object[] {((String) invocation.arguments()[0]).substring(1)});
                return whole + " " + part;
            };
        }
    }

    interface Echo {
        @Outer("shortened")
        @Inner("seen")
        String echo(String text);
    }

    @Test
    void anInterceptorPutsOtherArgumentsInPlace() {
        List<Object> arguments = new ArrayList<>();
        Interceptor<Inner> noting = new Interceptor<>() {
            @Override
            public Class<Inner> annotation() {
                return Inner.class;
            }

            @Override
            public InterceptorSlot slot() {
                return InterceptorSlot.CACHE;
            }

            @Override
            public Advice compile(Inner given, MethodSite site) {
                return invocation -> {
                    arguments.add(invocation.arguments()[0]);
                    return invocation.proceed();
                };
            }
        };
        Enhancer both = Enhancer.of(List.of(new Shortening(InterceptorSlot.MEASURE), noting));
        Echo echo = text -> text + "!";
        assertThat(both.enhance(Echo.class, echo).echo("abc")).isEqualTo("abc! bc!");
        assertThat(arguments).containsExactly("abc", "bc");
    }

    record Answering(InterceptorSlot slot, List<String> asked) implements Interceptor<Outer> {
        @Override
        public Class<Outer> annotation() {
            return Outer.class;
        }

        @Override
        public Advice compile(Outer given, MethodSite site) {
            return new Advice() {
                @Override
                public Object answer(Object[] arguments) {
                    asked.add((String) arguments[0]);
                    return arguments[0].equals("known") ? "at hand" : NO_ANSWER;
                }

                @Override
                public Object invoke(Invocation invocation) throws Throwable {
                    return "invoked " + invocation.proceed();
                }
            };
        }
    }

    @Test
    void theOutermostInterceptorMayAnswerWithoutAnInvocation() {
        List<String> asked = new ArrayList<>();
        Echo echo = text -> text + "!";
        Interceptor<Inner> inner = new Shouting(InterceptorSlot.ROUTE);

        Echo outermost = Enhancer.of(List.of(new Answering(InterceptorSlot.CACHE, asked), inner))
                .enhance(Echo.class, echo);
        assertThat(outermost.echo("known")).isEqualTo("at hand");
        assertThat(outermost.echo("new")).isEqualTo("invoked NEW!");
        assertThat(asked).containsExactly("known", "new");

        Echo further = Enhancer.of(List.of(new Answering(InterceptorSlot.METHOD, asked), inner))
                .enhance(Echo.class, echo);
        assertThat(further.echo("known")).isEqualTo("INVOKED KNOWN!");
        assertThat(asked).hasSize(2);
    }

    record Shouting(InterceptorSlot slot) implements Interceptor<Inner> {
        @Override
        public Class<Inner> annotation() {
            return Inner.class;
        }

        @Override
        public Advice compile(Inner given, MethodSite site) {
            return invocation -> String.valueOf(invocation.proceed()).toUpperCase(java.util.Locale.ROOT);
        }
    }

    @Test
    void enhancesALambdaByItsInterface() {
        Shop shop = () -> "lambda";
        assertThat(enhancer.enhance(Shop.class, shop).twice()).isEqualTo("lambdalambda");
    }
}
