package dev.headroom.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void writesWhatItIsGiven() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("text", "a\"b\\c\n<é>");
        all.put("numbers", Arrays.asList(1, 2.5, Double.NaN, Double.POSITIVE_INFINITY, null));
        all.put("empty", Map.of());
        all.put("none", List.of());
        all.put("yes", true);

        assertThat(Json.write(all))
                .isEqualTo("{\"text\":\"a\\u0022b\\u005cc\\u000a\\u003cé\\u003e\","
                        + "\"numbers\":[1,2.5,null,null,null],\"empty\":{},\"none\":[],\"yes\":true}");
    }

    @Test
    void anotherParserReadsEveryTextBack() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        ObjectMapper jackson = new ObjectMapper();
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(20, 0, 0x11000).filter(c -> c < 0xd800 || c > 0xdfff).forEach(text::appendCodePoint);
            text.append("</script>\u2028😀");

            String json = Json.write(text);

            assertThat(jackson.readValue(json, String.class)).isEqualTo(text.toString());
            assertThat(json).doesNotContain("<", "\u2028");
        }
    }
}
