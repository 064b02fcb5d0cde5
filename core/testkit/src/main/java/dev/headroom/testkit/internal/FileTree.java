package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Predicate;

/** Copies and deletes directories in which a server may be at work. */
public final class FileTree {

    private FileTree() {}

    /** Deletes a directory with everything in it; what is gone already is passed over. */
    public static void delete(Path directory) {
        visit(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                return passOverMissing(failure);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException failure) throws IOException {
                Files.deleteIfExists(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /**
     * Copies a directory. Files that vanish meanwhile are passed over.
     *
     * @param wanted says for a path relative to the source whether to copy it; a directory is made in any case, with the
     *     wanted part of its content
     */
    public static void copy(Path source, Path target, Predicate<Path> wanted) {
        visit(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                // copying a directory copies its permissions and no content
                Files.copy(dir, at(dir), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (wanted.test(source.relativize(file))) {
                    try {
                        Files.copy(file, at(file), StandardCopyOption.COPY_ATTRIBUTES);
                    } catch (NoSuchFileException gone) {
                        return FileVisitResult.CONTINUE;
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                return passOverMissing(failure);
            }

            private Path at(Path original) {
                return target.resolve(source.relativize(original));
            }
        });
    }

    private static FileVisitResult passOverMissing(IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }

    private static void visit(Path start, SimpleFileVisitor<Path> visitor) {
        try {
            Files.walkFileTree(start, visitor);
        } catch (IOException e) {
            throw new ServiceException("could not copy or delete " + start + ": " + e.getMessage(), e);
        }
    }
}
