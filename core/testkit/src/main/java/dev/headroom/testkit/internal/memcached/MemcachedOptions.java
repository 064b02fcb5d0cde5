package dev.headroom.testkit.internal.memcached;

import java.util.ArrayList;
import java.util.List;

/** What a memcached process is started with. */
public record MemcachedOptions(
        int memoryMegabytes, int threads, int maxItemBytes, int maxConnections, List<String> arguments) {

    /** memcached's default; an item must consist of whole chunks. */
    private static final int LARGEST_CHUNK = 512 * 1024;

    public MemcachedOptions {
        arguments = List.copyOf(arguments);
    }

    List<String> command(String binary, int port) {
        List<String> command = new ArrayList<>(List.of(
                binary,
                "-l",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-U",
                "0",
                "-m",
                Integer.toString(memoryMegabytes),
                "-t",
                Integer.toString(threads),
                "-I",
                Integer.toString(maxItemBytes),
                "-o",
                "slab_chunk_max=" + Math.min(LARGEST_CHUNK, maxItemBytes / 2),
                "-c",
                Integer.toString(maxConnections)));
        if ("root".equals(System.getProperty("user.name"))) {
            // as itself: memcached does not run as root without being told so
            command.addAll(List.of("-u", "root"));
        }
        command.addAll(arguments);
        return command;
    }
}
