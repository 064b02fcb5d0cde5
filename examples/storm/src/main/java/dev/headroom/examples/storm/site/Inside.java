package dev.headroom.examples.storm.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** What a site has in its database and its blob folder. Thread-safe. */
public final class Inside {
    private static final String BLOB = ".blob";

    private final DataSource primary;
    private final Path blobs;

    Inside(DataSource primary, Path blobs) {
        this.primary = primary;
        this.blobs = blobs;
    }

    /** The rows of a table. */
    public long rows(String table) throws SQLException {
        try (Connection connection = primary.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from " + table)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The blobs, finished ones only. */
    public long blobs() throws IOException {
        if (!Files.exists(blobs)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(blobs)) {
            return files.filter(file -> file.toString().endsWith(BLOB)).count();
        }
    }
}
