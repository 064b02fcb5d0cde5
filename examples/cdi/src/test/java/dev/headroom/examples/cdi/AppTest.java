package dev.headroom.examples.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Headroom;
import dev.headroom.cdi.HeadroomEnhanced;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import org.junit.jupiter.api.Test;

class AppTest {
    @Dependent
    @HeadroomEnhanced
    static class Broken {
        @Audited("#nothing")
        void add(String name) {}
    }

    @Test
    void bringsAnnotationsToLife() {
        Audit audit;
        try (SeContainer container = SeContainerInitializer.newInstance().initialize()) {
            audit = container
                    .select(Headroom.class)
                    .get()
                    .component(Audit.class)
                    .orElseThrow();
            Products products = container.select(Products.class).get();
            products.add("lamp");
            assertThatThrownBy(() -> products.add(" ")).isExactlyInstanceOf(IllegalArgumentException.class);
            assertThat(products.names()).containsExactly("lamp");
            assertThat(audit.notes()).containsExactly("add lamp", "add  ");
        }
        assertThat(audit.notes()).endsWith("closed");
    }

    @Test
    void refusesABeanWhoseAnnotationCantTakeEffect() {
        try (SeContainer container = SeContainerInitializer.newInstance()
                .addBeanClasses(Broken.class)
                .initialize()) {
            assertThatThrownBy(() -> container.select(Broken.class).get())
                    .hasStackTraceContaining(
                            "@Audited on Broken.add, value: \"#nothing\" (expected: one of #name, #p0, at character 1)");
        }
    }

    @Dependent
    static class Forgotten {
        @Audited("#name")
        void add(String name) {}
    }

    @Test
    void refusesToStartWithABeanThatIsNotMarked() {
        assertThatThrownBy(() -> SeContainerInitializer.newInstance()
                        .addBeanClasses(Forgotten.class)
                        .initialize())
                .hasStackTraceContaining("bean: " + Forgotten.class.getName() + " (expected: @HeadroomEnhanced");
    }

    @Test
    void runsAsAProgram() {
        App.main(new String[0]);
    }
}
