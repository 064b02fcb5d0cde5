package dev.headroom.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which package may see which library. */
@Tag("one-jdk")
class PackagesTest {
    /** A third party's types appear only in the package that integrates it. */
    @ParameterizedTest(name = "{0} only in {1}")
    @CsvSource({
        "com.codahale.metrics.., dev.headroom.metrics..",
        "com.fasterxml.jackson.., dev.headroom.queue..|..json..",
        "com.github.benmanes.caffeine.., dev.headroom.cache..",
        "dev.openfeature.., ..openfeature..",
        "io.github.resilience4j.., dev.headroom.memcached..|dev.headroom.storage..|..client..|..resilience4j..",
        "io.micrometer.., ..micrometer..",
        "jakarta.enterprise.., ..cdi..",
        "jakarta.mail.., ..mail.smtp..|..marketplace.mail..",
        "jakarta.persistence.., ..spring..",
        "jakarta.transaction.., ..jta..|..cdi..",
        "javax.cache.., ..jcache..",
        "net.spy.., dev.headroom.memcached..",
        "org.hibernate.., ..spring..",
        "org.springframework.., ..spring..|dev.headroom.boot..",
        "software.amazon.awssdk.., ..s3..|dev.headroom.testkit..",
        "tools.jackson.., ..json..",
    })
    void libraryStaysInItsPackage(String library, String packages) {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages.split("\\|"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(OurClasses.ALL);
    }

    @Test
    void nothingButTheTestKitSeesTestLibraries() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.headroom.testkit..", "..testing..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.junit..", "org.assertj..", "org.awaitility..", "org.mockito..")
                .check(OurClasses.ALL);
    }

    @Test
    void everyPackageIsNullMarked() {
        classes()
                .should(be(describe(
                        "in a package that is @NullMarked",
                        type -> type.getPackage().isAnnotatedWith(NullMarked.class))))
                .check(OurClasses.ALL);
    }
}
