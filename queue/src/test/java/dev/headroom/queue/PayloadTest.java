package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.headroom.codec.CodecException;
import dev.headroom.queue.testing.ManualQueue;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A payload that a handler could not be given is refused where it is enqueued, and not found dead by whoever runs it. */
@OnEveryBackend
class PayloadTest extends JobQueueContract {
    public sealed interface Figure permits Circle, Square {}

    public record Circle(int radius) implements Figure {}

    public record Square(int side) implements Figure {}

    public record Drawing(String name, Figure figure) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes(@JsonSubTypes.Type(value = Dot.class, name = "dot"))
    public sealed interface Mark permits Dot {}

    public record Dot(int size) implements Mark {}

    public record Marked(Mark mark) {}

    /** Is not what it was once it is read. */
    public record Forgetful(int kept, @JsonIgnore String forgotten) {}

    /** Counts how often one is read. */
    public static final class Counted {
        static final AtomicInteger READ = new AtomicInteger();
        private final int number;

        Counted(int number) {
            this.number = number;
        }

        @JsonCreator
        static Counted read(@JsonProperty("number") int number) {
            READ.incrementAndGet();
            if (number < 0) {
                throw new IllegalArgumentException("number: " + number);
            }
            return new Counted(number);
        }

        public int getNumber() {
            return number;
        }
    }

    public static final class Draws {
        final List<Object> seen = new CopyOnWriteArrayList<>();

        @Job(name = "drawing")
        public void drawing(Drawing drawing) {
            seen.add(drawing);
        }

        @Job(name = "marked")
        public void marked(Marked marked) {
            seen.add(marked);
        }

        @Job(name = "forgetful")
        public void forgetful(Forgetful forgetful) {
            seen.add(forgetful);
        }

        @Job(name = "counted")
        public void counted(Counted counted) {
            seen.add(counted);
        }
    }

    private final Draws draws = new Draws();

    @Test
    void thatCouldNotBeReadIsRefusedHoweverItIsEnqueued() {
        JobQueue queue = built(builder().handlers(draws));
        Drawing drawing = new Drawing("sun", new Circle(1));
        String message = "payload of drawing: can't be read as " + Drawing.class.getName()
                + " (InvalidDefinitionException at figure) (expected: what its handler can be given; an interface,"
                + " sealed or abstract type wants @JsonTypeInfo, a class a constructor or factory with @JsonCreator)";
        assertThatThrownBy(() -> queue.enqueue(Draws::drawing, drawing))
                .isInstanceOf(CodecException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> queue.enqueue(Draws::drawing, drawing))
                .as("again")
                .hasMessage(message);
        assertThatThrownBy(() -> queue.enqueueAll(Draws::drawing, List.of(drawing)))
                .hasMessage(message);
        assertThatThrownBy(() -> queue.batch(jobs -> jobs.add(Draws::drawing, drawing)))
                .hasMessage(message);
        assertThatThrownBy(() -> queue.enqueue("drawing", drawing)).hasMessage(message);
        assertThat(count("headroom_job")).isZero();
    }

    @Test
    void isWhatJacksonsAnnotationsSay() {
        JobQueue queue = built(builder().handlers(draws));
        queue.enqueue(Draws::marked, new Marked(new Dot(2)));
        queue.enqueue(Draws::forgetful, new Forgetful(3, "gone"));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.drain();
        }
        assertThat(draws.seen).containsExactly(new Marked(new Dot(2)), new Forgetful(3, null));
    }

    @Test
    void isReadWhenItIsEnqueuedOnlyUntilOneOfItsClassWas() {
        JobQueue queue = built(builder().handlers(draws));
        int before = Counted.READ.get();
        assertThatThrownBy(() -> queue.enqueue(Draws::counted, new Counted(-1))).isInstanceOf(CodecException.class);
        queue.enqueueAll(Draws::counted, List.of(new Counted(1), new Counted(2)));
        queue.enqueue(Draws::counted, new Counted(3));
        assertThat(Counted.READ.get() - before)
                .as("the one that could not be, and the next one")
                .isEqualTo(2);
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.drain();
        }
        assertThat(draws.seen).hasSize(3);
    }
}
