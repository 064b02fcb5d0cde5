package dev.headroom.flags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.annotation.Enhancer;
import dev.headroom.config.ConfigurationException;
import dev.headroom.flags.internal.GatedInterceptor;
import dev.headroom.load.Criticality;
import dev.headroom.load.LoadSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlagsTest {
    @TempDir
    Path folder;

    private Flags flags = Flags.builder().build();

    @AfterEach
    void close() {
        flags.close();
    }

    @Test
    void followsTheFileWhileItRuns() throws IOException {
        Path file = Files.writeString(folder.resolve("flags.properties"), "related = off\n");
        open(related(), file);
        Flag related = flags.flag("related");
        assertThat(related.on(Subject.of("alice"))).isFalse();

        Files.writeString(file, "related = on\n");
        await().atMost(Duration.ofSeconds(5)).until(() -> related.on(Subject.of("alice")));

        Files.writeString(file, "related = 0%\nrelated.on-for = bob, carol\n");
        await().atMost(Duration.ofSeconds(5)).until(() -> !related.on(Subject.of("alice")));
        assertThat(related.on(Subject.of("carol"))).isTrue();
    }

    @Test
    void takesAFileThatAppearsLater() throws IOException {
        Path file = folder.resolve("flags.properties");
        open(related(), file);
        assertThat(flags.flag("related").on(Subject.of("alice"))).isFalse();

        Files.writeString(file, "related = on");

        await().atMost(Duration.ofSeconds(5)).until(() -> flags.flag("related").on(Subject.of("alice")));
    }

    @Test
    void keepsTheLastGoodRulesAsAWholeWhenTheFileBreaks() throws IOException {
        Path file = Files.writeString(folder.resolve("flags.properties"), "related = on\nother = on\n");
        open(List.of(related(), other()), file);

        Files.writeString(file, "related = off\nother = 101%\n");
        assertThat(flags.reload()).isFalse();
        assertThat(flags.flag("related").on(Subject.of("alice"))).isTrue();
        assertThat(flags.flag("other").on(Subject.of("alice"))).isTrue();

        Files.delete(file);
        assertThat(flags.reload()).isFalse();
        assertThat(flags.flag("related").on(Subject.of("alice"))).isTrue();

        Files.writeString(file, "related = off\nother = 100 %\n");
        assertThat(flags.reload()).isTrue();
        assertThat(flags.flag("related").on(Subject.of("alice"))).isFalse();
        assertThat(flags.flag("other").on(Subject.of("alice"))).isTrue();
    }

    @Test
    void keepsEveryUserOnWhileTheShareGrows() throws IOException {
        Path file = folder.resolve("flags.properties");
        open(related(), file);
        List<Subject> subjects = IntStream.range(0, 20_000)
                .mapToObj(i -> Subject.of("user-" + i))
                .toList();
        Set<Subject> before = Set.of();
        for (double share : new double[] {0.5, 10, 25, 60.125, 100}) {
            Files.writeString(file, "related = " + share + "%");
            assertThat(flags.reload()).isTrue();
            Set<Subject> on =
                    subjects.stream().filter(flags.flag("related")::on).collect(Collectors.toSet());
            assertThat(on.containsAll(before)).as("a user stays on").isTrue();
            assertThat(on.size() / 200.0).isBetween(share * 0.9 - 0.3, share * 1.1 + 0.3);
            before = on;
        }
    }

    @Test
    void asksForTheUserOfTheRequest() throws IOException {
        Path file = Files.writeString(folder.resolve("flags.properties"), "related = 50%\nrelated.on-for = alice\n");
        open(related(), file);
        assertThat(flags.flag("related").on()).as("nobody").isFalse();
        try (RequestContext.Scope scope =
                RequestContext.builder().user("alice").build().open()) {
            assertThat(flags.flag("related").on()).isTrue();
        }
        Files.writeString(file, "related = on\nrelated.off-for = bob\n");
        flags.reload();
        assertThat(flags.flag("related").on()).as("nobody, but on for all").isTrue();
        try (RequestContext.Scope scope =
                RequestContext.builder().user("bob").build().open()) {
            assertThat(flags.flag("related").on()).isFalse();
        }
    }

    @Test
    void doesNotChangeWithinAFrozenRequest() throws IOException {
        Path file = Files.writeString(folder.resolve("flags.properties"), "related = on");
        open(related(), file);
        RequestContext request = RequestContext.builder().user("alice").build();
        flags.freeze(request);

        Files.writeString(file, "related = off");
        flags.reload();

        assertThat(flags.flag("related").on(Subject.of("alice"))).isFalse();
        try (RequestContext.Scope scope = request.open()) {
            assertThat(flags.flag("related").on()).isTrue();
        }
    }

    @Test
    void shedsUnderLoadStepByStepAndComesBack() {
        double[] pressure = {0};
        flags = Flags.builder()
                .define(related().defaultOn().sheddable(Criticality.SHEDDABLE))
                .build();
        Headroom.builder("test").plug(signal(() -> pressure[0])).plug(flags).build();
        Flag related = flags.flag("related");
        List<Subject> subjects =
                IntStream.range(0, 1000).mapToObj(i -> Subject.of("user-" + i)).toList();

        assertThat(subjects).allMatch(related::on);
        pressure[0] = 0.85;
        await().until(() -> subjects.stream().filter(related::on).count() < 650);
        assertThat(subjects.stream().filter(related::on).count()).isGreaterThan(350);
        pressure[0] = 1.5;
        await().until(() -> subjects.stream().noneMatch(related::on));
        pressure[0] = 0;
        await().atMost(Duration.ofSeconds(10)).until(() -> subjects.stream().allMatch(related::on));
        assertThat(flags.answers(related).shed()).isPositive();
    }

    @Test
    void gatesAMethod() throws IOException {
        Path file = Files.writeString(folder.resolve("flags.properties"), "related = on");
        open(related(), file);
        Shop shop = Enhancer.of(List.of(new GatedInterceptor(flags))).enhance(Shop.class, new PlainShop());
        assertThat(shop.related()).containsExactly("chair");
        assertThat(shop.best()).contains("table");
        assertThat(shop.order()).isEqualTo("ordered");

        Files.writeString(file, "related = off");
        flags.reload();

        assertThat(shop.related()).isEmpty();
        assertThat(shop.best()).isEmpty();
        assertThatThrownBy(shop::order)
                .isInstanceOf(FlagOffException.class)
                .hasMessage("flag: related is off (the page has no related products)");
    }

    @Test
    void refusesToGateWhatHasNoEmptyValueAndUnknownFlags() {
        open(related(), folder.resolve("none"));
        Enhancer enhancer = Enhancer.of(List.of(new GatedInterceptor(flags)));
        assertThatThrownBy(() -> enhancer.enhance(Impossible.class, new Impossible() {
                    @Override
                    public Object any() {
                        return "";
                    }

                    @Override
                    public void unknown() {}
                }))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("EMPTY with return type Object")
                .hasMessageContaining("flag: missing (expected: one of [related])");
    }

    @Test
    void reportsAllThatIsWrongWithTheDefinitionsAtOnce() {
        assertThatThrownBy(() -> Flags.builder()
                        .define(FlagDefinition.named("a").owner("me"))
                        .define(FlagDefinition.named("a").whenOff("nothing"))
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("a.whenOff: \"\" (expected: what users lose while it is off)")
                .hasMessageContaining("define: a (expected: flags of different names)")
                .hasMessageContaining("a.owner: \"\" (expected: who decides about it)");
    }

    private static FlagDefinition related() {
        return FlagDefinition.named("related").owner("search").whenOff("the page has no related products");
    }

    private static FlagDefinition other() {
        return FlagDefinition.named("other").owner("search").whenOff("nothing");
    }

    private void open(FlagDefinition definition, Path file) {
        open(List.of(definition), file);
    }

    private void open(List<FlagDefinition> definitions, Path file) {
        Flags.Builder builder = Flags.builder().file(file).reloadEvery(Duration.ofMillis(50));
        definitions.forEach(builder::define);
        flags = builder.build();
    }

    private static Component signal(DoubleSupplier pressure) {
        return new Component() {
            @Override
            public String name() {
                return "sensor";
            }

            @Override
            public void contribute(Contributions to) {
                to.loadSignal(LoadSignal.of("test.load", pressure));
            }

            @Override
            public void close() {}
        };
    }

    interface Shop {
        @Gated(value = "related", whenOff = Gated.WhenOff.EMPTY)
        List<String> related();

        @Gated(value = "related", whenOff = Gated.WhenOff.EMPTY)
        Optional<String> best();

        @Gated("related")
        String order();
    }

    static final class PlainShop implements Shop {
        @Override
        public List<String> related() {
            return List.of("chair");
        }

        @Override
        public Optional<String> best() {
            return Optional.of("table");
        }

        @Override
        public String order() {
            return "ordered";
        }
    }

    interface Impossible {
        @Gated(value = "related", whenOff = Gated.WhenOff.EMPTY)
        Object any();

        @Gated("missing")
        void unknown();
    }
}
