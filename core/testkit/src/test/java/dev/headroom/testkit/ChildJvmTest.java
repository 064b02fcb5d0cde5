package dev.headroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ChildJvmTest {

    /** Answers each line with an echo; ends with status 3 on {@code end}. */
    static final class Echo {
        public static void main(String[] args) throws IOException {
            System.out.println("ready " + String.join(",", args) + " " + System.getenv("COLOUR") + " "
                    + System.getProperty("size"));
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                if (line.equals("end")) {
                    System.exit(3);
                }
                System.out.println("echo " + line);
            }
        }
    }

    /** Starts another one as its child, and waits. */
    static final class Parent {
        public static void main(String[] args) throws InterruptedException {
            ChildJvm child = ChildJvm.builder(Echo.class).start();
            child.waitForLine(Pattern.compile("^ready"));
            System.out.println("child " + child.pid());
            Thread.currentThread().join();
        }
    }

    @Test
    void runsAMainClassOfThisClassPath() {
        try (ChildJvm child = ChildJvm.builder(Echo.class)
                .arguments("a", "b")
                .environment("COLOUR", "blue")
                .jvmOptions("-Dsize=7")
                .start()) {
            assertThat(child.waitForLine(Pattern.compile("^ready"))).isEqualTo("ready a,b blue 7");
            child.sendLine("hello");
            assertThat(child.waitForLine(Pattern.compile("^echo"))).isEqualTo("echo hello");
            assertThat(child.lines()).hasSize(2);
            child.sendLine("end");
            assertThat(child.waitForExit()).isEqualTo(3);
        }
    }

    @Test
    void suspendedChildAnswersAfterItIsResumed() {
        try (ChildJvm child = ChildJvm.builder(Echo.class).start()) {
            child.waitForLine(Pattern.compile("^ready"));
            child.suspend();
            child.sendLine("hello");
            await().during(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(2))
                    .until(() -> child.lines().size() == 1);
            child.resume();
            child.waitForLine(Pattern.compile("^echo hello$"));
            child.suspend();
            child.kill();
            assertThat(child.exitStatus()).hasValue(137);
        }
    }

    @Test
    void closingOnAnInterruptedThreadEndsIt() {
        ChildJvm child = ChildJvm.builder(Echo.class).start();
        Thread.currentThread().interrupt();
        child.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(child.exitStatus()).hasValue(137);
    }

    @Test
    void missingLineIsReportedWithTheOutput() {
        try (ChildJvm child = ChildJvm.builder(Echo.class).arguments("x").start()) {
            child.waitForLine(Pattern.compile("^ready"));
            child.sendLine("end");
            assertThatThrownBy(() -> child.waitForLine(Pattern.compile("never")))
                    .isInstanceOf(ServiceException.class)
                    .hasMessageContaining("ready x");
        }
    }

    @Test
    void childDoesNotOutliveItsParent() {
        try (ChildJvm parent = ChildJvm.builder(Parent.class).start()) {
            String line = parent.waitForLine(Pattern.compile("^child \\d+$"));
            long grandchild = Long.parseLong(line.substring("child ".length()));
            ProcessHandle.of(parent.pid()).orElseThrow().destroyForcibly();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> ProcessHandle.of(grandchild)
                            .filter(ProcessHandle::isAlive)
                            .isEmpty());
        }
    }
}
