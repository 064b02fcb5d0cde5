package dev.headroom.storage.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobSource;
import dev.headroom.storage.Durability;
import dev.headroom.storage.PutOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRootTest {
    @TempDir
    Path folder;

    private final List<Path> forced = new ArrayList<>();

    /** An entry of a folder is on disk when the folder was forced: a new folder's is in its parent. */
    @Test
    void forcesEveryFolderThatGotAnEntry() throws IOException {
        FileRoot root = open(Durability.FILE_AND_FOLDER);
        Path top = root.path();

        assertThat(forcedBy(root, "photos/1/original"))
                .containsExactly(top.resolve("photos/1"), top.resolve("photos"), top);
        assertThat(forcedBy(root, "photos/2/original")).containsExactly(top.resolve("photos/2"), top.resolve("photos"));
        assertThat(forcedBy(root, "photos/2/small")).containsExactly(top.resolve("photos/2"));
        assertThat(forcedBy(root, "single")).containsExactly(top);
    }

    @Test
    void forcesNoFolderWhenNotAskedTo() throws IOException {
        assertThat(forcedBy(open(Durability.FILE), "photos/1/original")).isEmpty();
    }

    @Test
    void saysSoWhenTheFreeSpaceIsNotKnown() throws IOException {
        FileRoot root = open(Durability.NONE);
        assertThat(root.freeBytes()).isPositive();

        Files.delete(root.path().resolve(".tmp"));
        Files.delete(root.path());

        assertThat(root.measureFree()).isNegative();
    }

    private FileRoot open(Durability durability) throws IOException {
        return new FileRoot(
                Files.createDirectories(folder).toRealPath(), durability, Clock.systemUTC(), this::forceAndNote);
    }

    private void forceAndNote(Path path) throws IOException {
        FileRoot.force(path);
        forced.add(path);
    }

    private List<Path> forcedBy(FileRoot root, String key) throws IOException {
        forced.clear();
        root.put(BlobKey.of(key), BlobSource.of(new byte[] {1}), PutOptions.defaults());
        return List.copyOf(forced);
    }
}
