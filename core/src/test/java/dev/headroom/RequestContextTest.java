package dev.headroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.debug.DebugLog;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class RequestContextTest {
    private final ExecutorService other = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        other.shutdownNow();
        MDC.clear();
    }

    private static String mdc() {
        return MDC.get(RequestContext.MDC_TRACE) + "/" + MDC.get(RequestContext.MDC_USER);
    }

    @Test
    void bringsBackWhatWasThereBefore() {
        MDC.put(RequestContext.MDC_TRACE, "the host's own");
        RequestContext outer = RequestContext.builder().user("ada").build();
        RequestContext inner = RequestContext.builder().build();

        try (RequestContext.Scope first = outer.open()) {
            assertThat(mdc()).isEqualTo(outer.traceId().value() + "/ada");
            try (RequestContext.Scope second = inner.open()) {
                assertThat(mdc()).isEqualTo(inner.traceId().value() + "/null");
                second.close();
                assertThat(RequestContext.current()).isSameAs(outer);
            }
            assertThat(mdc()).isEqualTo(outer.traceId().value() + "/ada");
            assertThat(first).isNotNull();
        }

        assertThat(mdc()).isEqualTo("the host's own/null");
        assertThat(RequestContext.active()).isEmpty();
        assertThat(RequestContext.currentDebug()).isSameAs(DebugLog.none());
    }

    @Test
    void takesTheContextToOtherThreadsAndClearsItAfter() throws Exception {
        RequestContext context = RequestContext.builder().user("ada").build();
        AtomicReference<RequestContext> seen = new AtomicReference<>();
        Callable<String> call;
        try (RequestContext.Scope scope = context.open()) {
            assertThat(scope).isNotNull();
            call = RequestContext.wrap(RequestContextTest::mdc);
            RequestContext.wrap(other).execute(() -> seen.set(RequestContext.current()));
        }

        assertThat(other.submit(call).get()).isEqualTo(context.traceId().value() + "/ada");
        assertThat(seen).hasValue(context);
        assertThat(other.submit(RequestContextTest::mdc).get()).isEqualTo("null/null");
        assertThat(other.submit(() -> RequestContext.active().isPresent()).get())
                .isFalse();
    }

    @Test
    void clearsTheOtherThreadsContextWhenThereIsNoneToTakeAlong() throws Exception {
        Callable<Boolean> outside =
                RequestContext.wrap(() -> RequestContext.active().isPresent());

        boolean present = RequestContext.builder().build().call(outside);

        assertThat(present).isFalse();
    }

    @Test
    void closesItsScopeWhateverIsThrown() {
        RequestContext context = RequestContext.builder().build();

        assertThatThrownBy(() -> context.call(() -> {
                    throw new java.io.IOException("on purpose");
                }))
                .isInstanceOf(java.io.IOException.class);

        assertThat(RequestContext.active()).isEmpty();
    }

    @Test
    void sharesPositionAndAttributesButNotIdentity() {
        RequestContext.Key<String> key = new RequestContext.Key<>("note", String.class);
        RequestContext context = RequestContext.builder()
                .user("ada")
                .deadline(Duration.ofSeconds(5))
                .build();
        RequestContext copy =
                context.with().user("grace").deadline((Deadline) null).build();

        copy.consistency(before -> new ConsistencyToken("7"));
        copy.attribute(key, "kept");

        assertThat(context.consistency().value()).isEqualTo("7");
        assertThat(context.attribute(key)).contains("kept");
        assertThat(context.user()).contains("ada");
        assertThat(copy.user()).contains("grace");
        assertThat(copy.deadline()).isEmpty();
        assertThat(copy.traceId()).isEqualTo(context.traceId());
        context.attribute(key, null);
        assertThat(copy.attribute(key)).isEmpty();
        assertThat(copy.with()
                        .consistency(ConsistencyToken.NONE)
                        .build()
                        .consistency()
                        .isNone())
                .isTrue();
    }
}
