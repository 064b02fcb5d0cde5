package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's programs for a user who may be root, which they refuse to run as.
 *
 * <p>For root there are two ways, tried in this order. In a user namespace of its own ({@code unshare -U}) a process is
 * nobody inside and still owns root's files. Where such namespaces are forbidden, as in many containers, the process
 * becomes user {@code nobody} for real ({@code setpriv}), keeps the one capability to pass closed directories on its way,
 * and its data directory is given to that user.
 */
public enum UnprivilegedCommand {
    /** The user is not root: nothing to do. */
    PLAIN(List.of()),
    /** Root, in a user namespace. */
    USER_NAMESPACE(List.of("unshare", "-U")),
    /** Root, as another user. */
    OTHER_USER(List.of(
            "setpriv",
            "--reuid=" + UnprivilegedCommand.NOBODY,
            "--regid=" + UnprivilegedCommand.NOBODY,
            "--clear-groups",
            // without it access(2), which PostgreSQL's programs ask of one another, heeds no capability
            "--securebits=+no_setuid_fixup",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override"));

    private static final int NOBODY = 65534;

    private final List<String> prefix;

    UnprivilegedCommand(List<String> prefix) {
        this.prefix = prefix;
    }

    /** The way that works for this user on this machine. */
    public static UnprivilegedCommand forThisUser() {
        if (id("unix:uid", Path.of("/proc/self")) != 0) {
            return PLAIN;
        }
        if (succeeds(USER_NAMESPACE.wrap(List.of("true")))) {
            return USER_NAMESPACE;
        }
        if (succeeds(OTHER_USER.wrap(List.of("true")))) {
            return OTHER_USER;
        }
        throw new ServiceException(
                "PostgreSQL does not run as root, and neither 'unshare -U' nor 'setpriv --reuid' works"
                        + " here (both are in Debian's util-linux): run as an ordinary user");
    }

    List<String> wrap(List<String> command) {
        List<String> wrapped = new ArrayList<>(prefix);
        wrapped.addAll(command);
        return wrapped;
    }

    /** Gives a directory to the user that the server will run as, if it is not theirs already. */
    void own(Path directory) {
        Path self = Path.of("/proc/self");
        int owner = this == OTHER_USER ? NOBODY : id("unix:uid", self);
        int group = this == OTHER_USER ? NOBODY : id("unix:gid", self);
        boolean foreign = this == OTHER_USER || id("unix:uid", directory) != owner;
        if (foreign && !succeeds(List.of("chown", "-R", owner + ":" + group, directory.toString()))) {
            throw new ServiceException("could not give " + directory + " to user " + owner);
        }
    }

    private static int id(String attribute, Path path) {
        try {
            return (Integer) Files.getAttribute(path, attribute);
        } catch (IOException e) {
            throw new ServiceException("could not read the owner of " + path, e);
        }
    }

    private static boolean succeeds(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceException("interrupted while running " + command.get(0), e);
        }
    }
}
