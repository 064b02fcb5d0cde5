package dev.headroom.cache.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.cache.Cache;
import javax.cache.CacheManager;
import org.jsr107.tck.CacheTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/**
 * The public compatibility kit of JSR-107, {@code javax.cache:cache-tests:1.1.1}: all of it but the tests of annotations, which need a container for
 * dependency injection, and the one test that the kit itself wants excluded.
 */
@Tag("one-jdk")
class TckTest {
    private static final Map<String, String> SETTINGS = Map.of(
            CacheManager.class.getName(),
            Manager.class.getName(),
            Cache.class.getName(),
            StandardCache.class.getName(),
            "javax.cache.Cache.Entry",
            Pair.class.getName(),
            "org.jsr107.tck.support.server.address",
            "127.0.0.1");
    private static final Logger KIT = Logger.getLogger("org.jsr107");

    private static int passed;
    private static int failed;

    @BeforeAll
    static void tellTheKit() {
        SETTINGS.forEach(System::setProperty);
        KIT.setLevel(Level.SEVERE);
    }

    @AfterAll
    static void report() {
        SETTINGS.keySet().forEach(System::clearProperty);
        System.out.printf("cache: JSR-107 compatibility kit: %d passed, %d failed%n", passed, failed);
        assertThat(passed).isGreaterThan(400);
    }

    @TestFactory
    Stream<DynamicTest> theWholeKit() throws Exception {
        return kit().stream()
                .flatMap(test -> run(test).entrySet().stream())
                .map(one -> DynamicTest.dynamicTest(one.getKey(), () -> {
                    for (Throwable failure : one.getValue()) {
                        throw failure;
                    }
                }));
    }

    private static List<Class<?>> kit() throws Exception {
        Path jar = Path.of(CacheTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> tests = new ArrayList<>();
        try (JarFile kit = new JarFile(jar.toFile())) {
            for (String name : kit.stream().map(Object::toString).toList()) {
                boolean test = name.matches("[^$]*Test1?\\.class") && !name.contains("/annotation/");
                Class<?> type = test ? Class.forName(name.replace('/', '.').replace(".class", "")) : Object.class;
                if (test && !Modifier.isAbstract(type.getModifiers())) {
                    tests.add(type);
                }
            }
        } catch (IOException e) {
            throw new AssertionError("the kit is not a jar: " + jar, e);
        }
        return tests;
    }

    private static Map<String, List<Throwable>> run(Class<?> test) {
        Map<String, List<Throwable>> results = new LinkedHashMap<>();
        JUnitCore core = new JUnitCore();
        core.addListener(new RunListener() {
            @Override
            public void testStarted(Description test) {
                results.put(test.getDisplayName(), new ArrayList<>());
            }

            @Override
            public void testFailure(Failure failure) {
                results.computeIfAbsent(failure.getDescription().getDisplayName(), name -> new ArrayList<>())
                        .add(failure.getException());
            }
        });
        core.run(test);
        results.values().forEach(failures -> {
            passed += failures.isEmpty() ? 1 : 0;
            failed += failures.isEmpty() ? 0 : 1;
        });
        return results;
    }
}
