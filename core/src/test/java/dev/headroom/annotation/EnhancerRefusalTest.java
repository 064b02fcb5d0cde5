package dev.headroom.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.annotation.EnhancerTest.Catalog;
import dev.headroom.annotation.EnhancerTest.Inner;
import dev.headroom.annotation.EnhancerTest.JdbcCatalog;
import dev.headroom.annotation.EnhancerTest.Outer;
import dev.headroom.annotation.EnhancerTest.Recorder;
import dev.headroom.config.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What can't take effect is refused. */
class EnhancerRefusalTest {
    private final List<String> seen = new ArrayList<>();
    private final Interceptor<Outer> outer = new Recorder<>(Outer.class, InterceptorSlot.MEASURE, Outer::value, seen);
    private final Interceptor<Inner> inner = new Recorder<>(Inner.class, InterceptorSlot.CACHE, Inner::value, seen);
    private final Enhancer enhancer = Enhancer.of(List.of(inner, outer));

    interface Wrong {
        String declared();
    }

    static class WrongImplementation implements Wrong {
        @Override
        @Inner(" ")
        public String declared() {
            return hidden();
        }

        @Inner("x")
        public String undeclared() {
            return "";
        }

        @Inner("x")
        private String hidden() {
            return "";
        }

        @Outer("x")
        static void shared() {}
    }

    @Test
    void refusesAllThatCantTakeEffectAtOnce() {
        assertThatThrownBy(() -> enhancer.enhance(Wrong.class, new WrongImplementation()))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        refused -> assertThat(refused.problems())
                                .extracting(Object::toString)
                                .containsExactlyInAnyOrder(
                                        "@Inner on WrongImplementation.declared, value: \" \" (expected: a text that is not blank)",
                                        "@Inner on WrongImplementation.undeclared: can't take effect"
                                                + " (expected: a method that Wrong or another interface declares)",
                                        "@Inner on WrongImplementation.hidden: can't take effect"
                                                + " (expected: a method that is not private)",
                                        "@Outer on WrongImplementation.shared: can't take effect"
                                                + " (expected: a method that is not static)"));
    }

    @Test
    void namesTheComponentThatIsMissing() {
        assertThatThrownBy(() -> Enhancer.of(List.of(inner)).enhance(Catalog.class, new JdbcCatalog()))
                .hasMessageContaining(
                        "@Outer on Catalog: no component gives it effect (expected: Outers to be plugged in)")
                .hasMessageContaining("@Outer on JdbcCatalog.plain: no component gives it effect");
    }

    @Test
    void namesTheComponentThatIsMissingForRepeatedAnnotations() {
        assertThatThrownBy(() -> Enhancer.of(List.of(outer)).enhance(Catalog.class, new JdbcCatalog()))
                .hasMessageContaining("@Inner on JdbcCatalog.plain: no component gives it effect"
                        + " (expected: Inners to be plugged in)");
    }

    @Test
    void refusesWhatIsNotAnInterface() {
        assertThatThrownBy(() -> enhancer.enhance(JdbcCatalog.class, new JdbcCatalog()))
                .hasMessage("type: " + JdbcCatalog.class.getName() + " (expected: an interface that is not sealed)");
    }

    @Test
    void refusesTwoInterceptorsOfOneAnnotation() {
        assertThatThrownBy(() -> Enhancer.of(List.of(inner, inner)))
                .hasMessage("interceptors: two for @Inner (expected: one for each annotation)");
    }
}
