package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;

/** What a cluster's directory remembers from one start to the next: its password and which node is the primary. */
final class ClusterState {

    private static final String FILE = "cluster.properties";
    private static final String PASSWORD = "password";
    private static final String PRIMARY = "primary";

    private final Path directory;
    private final Properties properties = new Properties();

    private ClusterState(Path directory) {
        this.directory = directory;
    }

    /** Reads the state, or makes and writes that of a new cluster. */
    static ClusterState of(Path directory) {
        ClusterState state = new ClusterState(directory);
        try {
            if (Files.exists(directory.resolve(FILE))) {
                try (Reader reader = Files.newBufferedReader(directory.resolve(FILE))) {
                    state.properties.load(reader);
                }
            } else {
                state.properties.setProperty(PASSWORD, randomPassword());
                state.primary("pg-1");
            }
        } catch (IOException e) {
            throw new ServiceException("could not read " + directory.resolve(FILE), e);
        }
        return state;
    }

    String password() {
        return properties.getProperty(PASSWORD, "");
    }

    String primary() {
        return properties.getProperty(PRIMARY, "");
    }

    /** Remembers which node is the primary. */
    void primary(String node) {
        properties.setProperty(PRIMARY, node);
        try {
            Path fresh = Files.createTempFile(
                    directory,
                    "cluster",
                    ".tmp",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (Writer writer = Files.newBufferedWriter(fresh)) {
                properties.store(writer, "Headroom test kit: an embedded PostgreSQL cluster");
            }
            Files.move(fresh, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new ServiceException("could not write " + directory.resolve(FILE), e);
        }
    }

    private static String randomPassword() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
