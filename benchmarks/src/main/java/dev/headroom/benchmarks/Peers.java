package dev.headroom.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The peers with a class path of their own: the folders {@code lib/<peer>/} beside the benchmarks' jar.
 *
 * @param jar the benchmarks' jar
 */
public record Peers(Path jar) {
    static Peers beside(Path jar) {
        return new Peers(jar);
    }

    /** Their names, in alphabetical order. */
    List<String> names() {
        if (!Files.isDirectory(lib())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(lib())) {
            return files.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The command that runs JMH with a peer. The peer's jars come first, so that its versions win over the common ones.
     *
     * @throws IllegalArgumentException if there is no such peer
     */
    List<String> command(String peer, List<String> jvmArguments, List<String> jmhArguments) {
        if (!names().contains(peer)) {
            throw new IllegalArgumentException("peer: " + peer + " (expected: one of " + names() + ")");
        }
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(jvmArguments);
        command.add("-cp");
        command.add(classPath(peer));
        command.add("org.openjdk.jmh.Main");
        command.addAll(jmhArguments);
        return command;
    }

    /**
     * The beginning of the command that runs a class with a peer, or, if its name is empty, with the common class path alone.
     *
     * @throws IllegalArgumentException if there is no such peer
     */
    public List<String> java(String peer) {
        if (!peer.isEmpty() && !names().contains(peer)) {
            throw new IllegalArgumentException("peer: " + peer + " (expected: one of " + names() + ")");
        }
        return List.of(java(), "-cp", peer.isEmpty() ? jar.toString() : classPath(peer));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private String classPath(String peer) {
        return lib().resolve(peer) + File.separator + "*" + File.pathSeparator + jar;
    }

    private Path lib() {
        return jar.resolveSibling("lib");
    }
}
