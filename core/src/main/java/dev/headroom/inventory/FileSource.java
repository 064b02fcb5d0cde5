package dev.headroom.inventory;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * A file's hosts. Its version is its content: neither a clock's coarseness nor a rename can hide a change. One that is blank and was not
 * before is being written, or its disk is full: that breaks the source. Used by one thread at a time.
 */
final class FileSource implements InventorySource {
    private static final long MOST_BYTES = 4 * 1024 * 1024;

    private final Path file;
    private final Function<String, List<Host>> reader;
    private boolean hadText;

    FileSource(Path file, Function<String, List<Host>> reader) {
        this.file = file;
        this.reader = reader;
    }

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
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException notText) {
            throw new IOException(file + " is not UTF-8", notText);
        }
        if (hadText && text.isBlank()) {
            throw new IOException(file + " is empty, which it was not before");
        }
        hadText |= !text.isBlank();
        return text;
    }
}
