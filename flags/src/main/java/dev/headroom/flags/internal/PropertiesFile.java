package dev.headroom.flags.internal;

import dev.headroom.flags.spi.FlagSource;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Rules in a properties file in UTF-8.
 *
 * @param file the file
 */
public record PropertiesFile(Path file) implements FlagSource {
    @Override
    public String describe() {
        return file.toString();
    }

    @Override
    public Map<String, String> load() throws IOException {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (IllegalArgumentException malformed) {
            throw new IOException("malformed escape in " + file, malformed);
        }
        Map<String, String> rules = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> rules.put(name, properties.getProperty(name)));
        return rules;
    }
}
