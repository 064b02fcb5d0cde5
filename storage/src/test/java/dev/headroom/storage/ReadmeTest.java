package dev.headroom.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    @Test
    void startsInTenLines(@TempDir Path data) throws IOException {
        InputStream upload = new ByteArrayInputStream(new byte[] {1, 2, 3});
        ByteArrayOutputStream response = new ByteArrayOutputStream();

        BlobStore photos =
                FileBlobStore.builder("photos", data.resolve("photos")).build();

        BlobKey key = BlobKey.of("products/42/original");
        photos.put(
                key,
                BlobSource.of(upload),
                PutOptions.defaults().contentType("image/jpeg").maximumSize(20_000_000));

        try (BlobRead photo = photos.get(key)) {
            photo.transferTo(response);
        }

        assertThat(response.toByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void namesEveryMeter() throws Exception {
        Set<String> inTable = Pattern.compile("\\| `(headroom\\.storage\\.[a-z.]+)` \\|")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        List<String> constants = new ArrayList<>();
        for (Field field : StorageMeters.class.getFields()) {
            constants.add((String) field.get(null));
        }
        assertThat(inTable).containsExactlyInAnyOrderElementsOf(constants);
    }
}
