package dev.headroom.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which module may see which. */
@Tag("one-jdk")
class ModulesTest {
    @ParameterizedTest
    @EnumSource(Module.class)
    void isOnTheClassPathOfThisTest(Module module) {
        assertThat(OurClasses.ALL.stream().filter(module::has)).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void seesOnlyWhatItsPomMayName(Module module) {
        noClasses()
                .that(in(module))
                .should()
                .dependOnClassesThat(ofOthersThan(module))
                .because("feature modules meet through contracts in core")
                .check(OurClasses.ALL);
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void keepsItsInternalsToItself(Module module) {
        noClasses()
                .that(DescribedPredicate.not(in(module)))
                .should()
                .dependOnClassesThat(describe(
                        "are internals of " + module,
                        type -> module.has(type) && type.getPackageName().contains(".internal")))
                .check(OurClasses.ALL);
    }

    private static DescribedPredicate<JavaClass> in(Module module) {
        return describe("are in " + module, module::has);
    }

    private static DescribedPredicate<JavaClass> ofOthersThan(Module module) {
        Set<Module> visible = module.visible();
        return describe(
                "are of a module that " + module + " must not see",
                type -> Module.of(type)
                        .filter(other -> !visible.contains(other))
                        .isPresent());
    }
}
