package dev.headroom.inventory;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** A file's hosts. Its version is its content: neither a clock's coarseness nor a rename can hide a change. */
record FileSource(Path file, Function<String, List<Host>> reader) implements InventorySource {
    private static final long MOST_BYTES = 4 * 1024 * 1024;

    @Override
    public List<Host> load() throws IOException {
        return reader.apply(text());
    }

    @Override
    public Object version() throws IOException {
        return text();
    }

    @Override
    public String description() {
        return file.toString();
    }

    private String text() throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + " has more than " + MOST_BYTES + " bytes");
        }
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException notText) {
            throw new IOException(file + " is not UTF-8", notText);
        }
    }
}
