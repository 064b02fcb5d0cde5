package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds installed programs. */
public final class Programs {

    /** Where Debian puts servers; often not on an ordinary user's path. */
    private static final List<String> ALSO = List.of("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin");

    private Programs() {}

    /**
     * Finds a program by any of its names.
     *
     * @param what the service, for the message
     * @param debianPackage the package that has it
     * @param variable the environment variable that can name a running one instead
     */
    public static String require(String what, String debianPackage, String variable, String... names) {
        return Stream.of(names)
                .map(Programs::find)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new ServiceException(what + " is neither named by " + variable
                        + " nor installed (looked for " + String.join(", ", names) + "); on Debian: apt-get install "
                        + debianPackage));
    }

    /** Finds a program on the path and where servers usually are. */
    public static Optional<String> find(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(File.pathSeparator)), ALSO.stream())
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }
}
