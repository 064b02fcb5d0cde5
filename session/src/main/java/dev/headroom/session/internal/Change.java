package dev.headroom.session.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What one request has done to one attribute, so that it can be done again to a newer session. */
sealed interface Change {
    /** The attribute's bytes are these now, or it is gone. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Put(byte @Nullable [] bytes) implements Change {}

    /**
     * The attribute is what these functions make of it.
     *
     * @param type what the functions take
     * @param functions in the order of the calls
     */
    record Update(Class<?> type, List<UnaryOperator<@Nullable Object>> functions) implements Change {
        public Update {
            functions = List.copyOf(functions);
        }

        Update then(UnaryOperator<@Nullable Object> next) {
            List<UnaryOperator<@Nullable Object>> longer = new ArrayList<>(functions);
            longer.add(next);
            return new Update(type, longer);
        }

        @Nullable Object applyTo(@Nullable Object value) {
            Object current = type.isInstance(value) ? value : null;
            for (UnaryOperator<@Nullable Object> function : functions) {
                current = function.apply(current);
            }
            return current;
        }
    }
}
