package dev.headroom.benchmarks;

import dev.headroom.benchmarks.cache.CacheSystem;
import dev.headroom.benchmarks.queue.QueueSystem;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.Main;

/**
 * Runs the benchmarks: {@code java -jar benchmarks.jar [--peer NAME] <JMH arguments>}.
 *
 * <p>{@code --system cache} compares whole caches instead ({@link CacheSystem}), {@code --system queue} whole job queues ({@link QueueSystem}).
 *
 * <p>Without a peer it is JMH as everybody knows it. With one, JMH runs in a JVM whose class path starts with the peer's own jars,
 * so that libraries whose dependencies clash can be measured by the same code, one after the other.
 */
public final class Launcher {
    private Launcher() {}

    /** Runs JMH, here or in a JVM of the peer; exits with its status. */
    public static void main(String[] args) throws Exception {
        if (args.length > 1 && args[0].equals("--system") && args[1].equals("cache")) {
            System.exit(CacheSystem.run(Peers.beside(jar()), Arrays.asList(args).subList(2, args.length)));
        }
        if (args.length > 1 && args[0].equals("--system") && args[1].equals("queue")) {
            System.exit(QueueSystem.run(Arrays.asList(args).subList(2, args.length)));
        }
        if (args.length == 0 || !args[0].equals("--peer")) {
            Main.main(args);
            return;
        }
        if (args.length == 1) {
            System.err.println(
                    "--peer needs a name; there are: " + Peers.beside(jar()).names());
            System.exit(2);
        }
        System.exit(run(args[1], Arrays.asList(args).subList(2, args.length)));
    }

    private static int run(String peer, List<String> jmhArguments) throws Exception {
        List<String> jvmArguments = ManagementFactory.getRuntimeMXBean().getInputArguments();
        List<String> command;
        try {
            command = Peers.beside(jar()).command(peer, jvmArguments, jmhArguments);
        } catch (IllegalArgumentException unknown) {
            System.err.println(unknown.getMessage());
            return 2;
        }
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static Path jar() throws Exception {
        return Path.of(Launcher.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }
}
