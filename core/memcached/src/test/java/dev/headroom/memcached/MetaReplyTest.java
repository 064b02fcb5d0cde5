package dev.headroom.memcached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MetaReplyTest {
    @Test
    void tellsTheNumberOfAFlag() {
        MetaReply reply = new MetaReply("HD", null, "c18446744073709551615 t-1 s12 W f");
        assertThat(reply.number('c')).hasValue(-1L); // all 64 bits
        assertThat(reply.number('t')).hasValue(-1L);
        assertThat(reply.number('s')).hasValue(12L);
        assertThat(reply.number('x')).isEmpty();
        assertThat(reply.has('W')).isTrue();
        assertThat(reply.has('f')).isTrue();
        assertThat(reply.has('1')).isFalse();
        assertThat(new MetaReply("EN", null, "").has('W')).isFalse();
    }

    @Test
    void refusesWhatIsNoNumber() {
        for (String flags : new String[] {"c", "c1x", "c-", "c999999999999999999999"}) {
            assertThatThrownBy(() -> new MetaReply("HD", null, flags).number('c'))
                    .as(flags)
                    .isInstanceOf(NumberFormatException.class)
                    .hasMessageContaining(flags);
        }
    }
}
