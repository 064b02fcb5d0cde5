package dev.headroom.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Headroom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimedTest {
    private final Metrics metrics = Metrics.builder().build();
    private final Headroom headroom = Headroom.builder("test").plug(metrics).build();

    @AfterEach
    void close() {
        headroom.close();
    }

    interface Shop {
        @Timed
        String buy(boolean works);

        @Timed("later")
        CompletableFuture<String> later(CompletableFuture<String> result);
    }

    static final class PlainShop implements Shop {
        @Override
        public String buy(boolean works) {
            if (!works) {
                throw new IllegalStateException("sold out");
            }
            return "bought";
        }

        @Override
        public CompletableFuture<String> later(CompletableFuture<String> result) {
            return result;
        }
    }

    @Test
    void measuresCallsByOutcome() {
        Shop shop = headroom.enhance(Shop.class, new PlainShop());
        shop.buy(true);
        shop.buy(true);
        assertThatThrownBy(() -> shop.buy(false)).hasMessage("sold out");

        assertThat(count("PlainShop.buy", "success")).isEqualTo(2);
        assertThat(count("PlainShop.buy", "failure")).isEqualTo(1);
    }

    @Test
    void measuresAStageUntilItCompletes() {
        Shop shop = headroom.enhance(Shop.class, new PlainShop());
        CompletableFuture<String> result = new CompletableFuture<>();
        CompletableFuture<String> seen = shop.later(result);
        assertThat(count("later", "failure")).isZero();

        result.completeExceptionally(new IllegalStateException("no"));

        assertThat(seen).isCompletedExceptionally();
        assertThat(count("later", "failure")).isEqualTo(1);
    }

    private long count(String method, String outcome) {
        return metrics.meters()
                .read(MetricsMeters.CALLS, "method", method, "outcome", outcome)
                .map(reading -> reading.count())
                .orElse(0L);
    }
}
