package dev.headroom.examples.storm.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseParserTest {
    private final ResponseParser parser = new ResponseParser();

    @BeforeEach
    void begin() {
        parser.reset();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: 1\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            })
    void readsAResponseFromSinglesBytes(String response) throws ProtocolException {
        byte[] bytes = response.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes.length - 1; i++) {
            assertThat(parser.feed(ByteBuffer.wrap(bytes, i, 1))).isFalse();
        }

        assertThat(parser.feed(ByteBuffer.wrap(bytes, bytes.length - 1, 1))).isTrue();
        assertThat(parser.status()).isEqualTo(200);
        assertThat(parser.bytes()).isEqualTo(5);
        assertThat(parser.keepsAlive()).isTrue();
    }

    @Test
    void readsUntilTheEndWhereNoLengthIsGiven() throws ProtocolException {
        assertThat(feed("HTTP/1.1 200 OK\r\n\r\nhel")).isFalse();
        assertThat(feed("lo")).isFalse();
        assertThat(parser.end()).isTrue();
        assertThat(parser.bytes()).isEqualTo(5);
        assertThat(parser.keepsAlive()).isFalse();
    }

    @Test
    void isNotWholeWhenTheConnectionEndsInTheBody() throws ProtocolException {
        feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");

        assertThat(parser.end()).isFalse();
        assertThat(parser.untouched()).isFalse();
    }

    @Test
    void needsNoBodyForNotModified() throws ProtocolException {
        assertThat(feed("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"))
                .isTrue();
        assertThat(parser.keepsAlive()).isFalse();
    }

    @Test
    void findsHeadersHoweverTheyAreWritten() throws ProtocolException {
        feed("HTTP/1.1 503 Busy\r\nretry-AFTER: 2\r\nContent-Length: 0\r\n\r\n");

        assertThat(parser.header("Retry-After")).hasValue("2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n",
            })
    void refusesWhatIsNoResponse(String response) {
        assertThatThrownBy(() -> feed(response)).isInstanceOf(ProtocolException.class);
    }

    private boolean feed(String text) throws ProtocolException {
        return parser.feed(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
