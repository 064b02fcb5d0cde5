package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.MemcachedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Several JVMs on a memcached of their own, which do drills together ({@link DrillNodeMain}). */
final class Fleet implements AutoCloseable {
    private static final Pattern COUNT = Pattern.compile("([a-z-]+)=(\\d+)");

    /** What all JVMs have in common. */
    final SharedNumbers numbers;

    private final MemcachedNode server = MemcachedNode.builder().ownProcess().start();
    private final List<ChildJvm> jvms = new ArrayList<>();
    private int orders;

    /** Starts a JVM for each clock, which is so many minutes early. */
    Fleet(Path folder, int... early) {
        Path file = folder.resolve("numbers");
        numbers = SharedNumbers.in(file, DrillNode.NUMBERS);
        for (int i = 0; i < early.length; i++) {
            jvms.add(ChildJvm.builder(DrillNodeMain.class)
                    .jvmOptions("-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                    .arguments(
                            server.hostAndPort(),
                            file.toString(),
                            String.valueOf(i),
                            String.valueOf(early.length),
                            String.valueOf(early[i]))
                    .timeout(Duration.ofMinutes(15))
                    .start());
        }
        jvms.forEach(jvm -> jvm.waitForLine(Pattern.compile("^ready$")));
    }

    /** Has all do something; returns what they have counted, altogether. */
    Map<String, Long> run(String what) {
        return ended(begin(what));
    }

    /** Has all begin something. */
    int begin(String what) {
        orders++;
        jvms.forEach(jvm -> jvm.sendLine(orders + " " + what));
        return orders;
    }

    /** Whether any of them is done with it, or has failed. */
    boolean answered(int order) {
        return jvms.stream().flatMap(jvm -> jvm.lines().stream()).anyMatch(line -> line.startsWith(order + " "));
    }

    /** Waits until all have done it. */
    Map<String, Long> ended(int order) {
        Pattern answer = Pattern.compile("^" + order + " (done|failed)");
        List<String> answers = jvms.stream().map(jvm -> jvm.waitForLine(answer)).toList();
        assertThat(answers).allMatch(each -> each.startsWith(order + " done"));
        Map<String, Long> counts = new TreeMap<>();
        for (String each : answers) {
            for (Matcher count = COUNT.matcher(each); count.find(); ) {
                counts.merge(count.group(1), Long.parseLong(count.group(2)), Long::sum);
            }
        }
        return counts;
    }

    /** Kills memcached and starts it again, while the JVMs go on; waits until all are connected to it. */
    void restartServer() {
        server.kill();
        server.restart();
        run("connected");
    }

    @Override
    public void close() {
        jvms.forEach(ChildJvm::close);
        server.close();
    }
}
