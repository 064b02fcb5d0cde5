package dev.headroom.memcached.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.memcached.MetaReply;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers come in pieces that end anywhere. */
class MetaOperationTest {
    private static final String ANSWERS =
            "VA 5 c7 t-1 W\r\na\r\nbc\r\nEN\r\nHD c9 s2\r\nVA 0\r\n\r\n" + "VALUE k 0 2 9\r\nxy\r\nEND\r\nTOUCHED\r\n";
    private static final List<String> EXPECTED =
            List.of("VA|a\r\nbc|c7 t-1 W", "EN|-|", "HD|-|c9 s2", "VA||", "VALUE|xy|c9", "TOUCHED|-|");

    @Test
    void readsTheSameWhereverTheyAreCut() {
        byte[] bytes = ANSWERS.getBytes(US_ASCII);
        try (Workers workers = new Workers(Runnable::run)) {
            for (int piece = 1; piece <= bytes.length; piece++) {
                Call<List<MetaReply>> call = new Call<>(new NodeAddress("n", "localhost", 1), workers);
                MetaOperation<List<MetaReply>> operation = new MetaOperation<>(new byte[0], 6, List::copyOf, call);
                for (int from = 0; from < bytes.length; from += piece) {
                    operation.readFromBuffer(ByteBuffer.wrap(bytes, from, Math.min(piece, bytes.length - from)));
                }
                assertThat(call.result())
                        .as("in pieces of %d bytes", piece)
                        .isCompletedWithValueMatching(replies ->
                                replies.stream().map(this::shown).toList().equals(EXPECTED));
            }
        }
    }

    private String shown(MetaReply reply) {
        byte[] value = reply.value();
        return reply.code() + '|' + (value == null ? "-" : new String(value, US_ASCII)) + '|' + reply.flags();
    }
}
