package dev.headroom.storage.internal;

import dev.headroom.storage.BlobException;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobPage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One page of a folder's keys, in the order of their bytes. Reads only folders that can hold a key of the page; sorts one folder at a
 * time.
 */
public final class FileListing {
    private final Path root;
    private final String prefix;
    private final byte[] after;
    private final int limit;
    private final List<BlobKey> found = new ArrayList<>();
    private boolean more;

    /** A listing of keys that begin with {@code prefix} and come after {@code after}. */
    public FileListing(Path root, String prefix, @Nullable BlobKey after, int limit) {
        this.root = root;
        this.prefix = prefix;
        this.after = after == null ? new byte[0] : bytes(after.value());
        this.limit = limit;
    }

    /** Reads the page. */
    public BlobPage page() {
        try {
            walk(root, "");
        } catch (IOException e) {
            throw new BlobException("blobs of " + root + " could not be listed", e);
        }
        return new BlobPage(found, more ? Optional.of(found.get(found.size() - 1)) : Optional.empty());
    }

    /** An entry of a folder: {@code key} ends in '/' for a folder of whole segments. */
    private record Entry(byte[] order, String key, @Nullable Path folder) {}

    private void walk(Path folder, String base) throws IOException {
        for (Entry entry : entries(folder, base)) {
            if (more) {
                return;
            }
            if (entry.folder() != null) {
                walk(entry.folder(), entry.key());
            } else if (found.size() == limit) {
                more = true;
            } else {
                found.add(BlobKey.of(entry.key()));
            }
        }
    }

    private List<Entry> entries(Path folder, String base) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            for (Path path : names) {
                entry(path, base).filter(this::mayMatter).ifPresent(entries::add);
            }
        } catch (NoSuchFileException | NotDirectoryException wentAway) {
            return List.of();
        }
        entries.sort((a, b) -> Arrays.compareUnsigned(a.order(), b.order()));
        return entries;
    }

    private static Optional<Entry> entry(Path path, String base) {
        String name = path.getFileName().toString();
        Optional<String> file = FileLayout.fileSegment(name);
        if (file.isPresent()) {
            String key = base + file.get();
            return Optional.of(new Entry(bytes(key), key, null));
        }
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        String end = FileLayout.isContinued(name) ? "" : "/";
        return FileLayout.folderSegment(name).map(segment -> {
            String key = base + segment + end;
            return new Entry(bytes(key), key, path);
        });
    }

    private boolean mayMatter(Entry entry) {
        if (entry.folder() == null) {
            return entry.key().startsWith(prefix) && Arrays.compareUnsigned(entry.order(), after) > 0;
        }
        boolean onTheWay = entry.key().startsWith(prefix) || prefix.startsWith(entry.key());
        return onTheWay && (Arrays.compareUnsigned(entry.order(), after) > 0 || startsWith(after, entry.order()));
    }

    private static boolean startsWith(byte[] whole, byte[] start) {
        return whole.length >= start.length && Arrays.equals(whole, 0, start.length, start, 0, start.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
