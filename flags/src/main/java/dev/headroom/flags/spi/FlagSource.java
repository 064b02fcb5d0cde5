package dev.headroom.flags.spi;

import java.io.IOException;
import java.util.Map;

/**
 * Where the rules of flags come from.
 *
 * <p>Asked again and again by one thread of {@link dev.headroom.flags.Flags}; a source that is slow delays only news. When it fails, the
 * last good rules stay.
 */
public interface FlagSource {
    /** Where this is, for logs and the console. */
    String describe();

    /**
     * All rules as properties, as the file format of {@link dev.headroom.flags.Flags} has them.
     *
     * @throws IOException if they can't be read
     */
    Map<String, String> load() throws IOException;
}
