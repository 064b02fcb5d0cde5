package dev.headroom.examples.storm.site;

import dev.headroom.testkit.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the marketplace. Thread-safe. */
final class Instance implements AutoCloseable {
    private static final Pattern OPEN = Pattern.compile("is open at (http://\\S+)");
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final int LAST_LINES = 15;

    /** Settings of whoever started this process, which would lead the site to services that are not its own. */
    private static final Set<String> ELSEWHERE = Set.of("S3_ENDPOINT", "S3_BUCKET", "SMTP", "STATSD");

    private final Process process;
    private final Thread reader;
    private final CompletableFuture<URI> opened = new CompletableFuture<>();
    private final Deque<String> lastLines = new ArrayDeque<>();

    private Instance(Process process, Path log) {
        this.process = process;
        this.reader = new Thread(() -> read(log), "headroom-storm-" + log.getFileName());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a process with this one's {@code -XX:} options; {@link #awaitOpen} tells when it takes visitors. */
    static Instance start(Path jar, Map<String, String> environment, Path directory, Path log) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ChildJvm.ownOptions());
        command.addAll(List.of("-jar", jar.toAbsolutePath().toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().keySet().removeAll(ELSEWHERE);
        return new Instance(builder.start(), log);
    }

    /** Where it is, once it takes visitors. */
    URI awaitOpen() throws IOException, InterruptedException {
        try {
            return opened.get(START.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException(
                    "the marketplace did not open within " + START.toSeconds() + " s; its last words:\n" + lastWords());
        } catch (ExecutionException e) {
            throw new IOException("the marketplace ended before it opened; its last words:\n" + lastWords(), e);
        }
    }

    /** Whether it has not ended. */
    boolean running() {
        return process.isAlive();
    }

    /** Asks it to end. */
    void requestStop() {
        process.destroy();
    }

    /** Ends it, by force when it takes its time or this thread is interrupted. */
    @Override
    public void close() {
        requestStop();
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            reader.join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void read(Path log) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
                PrintWriter kept = new PrintWriter(Files.newBufferedWriter(log))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                keep(line);
                kept.println(line);
                kept.flush();
                Matcher open = OPEN.matcher(line);
                if (open.find()) {
                    opened.complete(URI.create(open.group(1)));
                }
            }
        } catch (IOException e) {
            keep(e.toString());
        } finally {
            opened.completeExceptionally(new IOException("its output has ended"));
        }
    }

    private void keep(String line) {
        synchronized (lastLines) {
            lastLines.add(line);
            if (lastLines.size() > LAST_LINES) {
                lastLines.remove();
            }
        }
    }

    private String lastWords() {
        synchronized (lastLines) {
            return String.join("\n", lastLines);
        }
    }
}
