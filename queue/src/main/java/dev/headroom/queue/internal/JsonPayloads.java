package dev.headroom.queue.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.headroom.codec.CodecException;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Payloads as JSON text, readable in the database. The handler's parameter says what is read; no type is named in the text. A property
 * that the type does not have is passed over, so that an older version can read what a newer one wrote.
 */
final class JsonPayloads {
    /** Buffers are not kept by threads, as is usual: of 8 kB each, by each of thousands of virtual threads whose jobs run. */
    private final ObjectMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                    .build())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

    /** What was written and could be read again. */
    private final Set<Written> readable = ConcurrentHashMap.newKeySet();

    private final int longest;

    private record Written(String kind, Class<?> type) {}

    JsonPayloads(int longest) {
        this.longest = longest;
    }

    /**
     * The text of a payload. The first of a kind and class is read again, as a worker will: what is written well and can't be read, such as a property
     * whose type is an interface, would be known at the job's run alone.
     */
    String write(Kind kind, Object payload) {
        String what = "payload of " + kind.name();
        String text = write(what, payload);
        Written written = new Written(kind.name(), payload.getClass());
        if (!readable.contains(written)) {
            if (isKnown(kind)) {
                readAgain(kind, text);
            }
            readable.add(written);
        }
        return text;
    }

    /** The type that a handler here leaves open may be said by the class of one elsewhere. */
    private static boolean isKnown(Kind kind) {
        return kind.code() != null || !(kind.payload() instanceof TypeVariable<?>);
    }

    private void readAgain(Kind kind, String text) {
        try {
            read(kind, text);
        } catch (CodecException unreadable) {
            throw new CodecException(unreadable.getMessage()
                    + " (expected: what its handler can be given; an interface, sealed or abstract type wants"
                    + " @JsonTypeInfo, a class a constructor or factory with @JsonCreator)");
        }
    }

    /** The text of a value; {@code what} says in messages what it is. */
    String write(String what, Object payload) {
        String text;
        try {
            text = mapper.writeValueAsString(payload);
        } catch (JsonProcessingException e) {
            e.clearLocation();
            throw new CodecException(what + ": a " + payload.getClass().getName() + " has no JSON: "
                    + withoutAdvice(e.getOriginalMessage()));
        }
        if (text.length() > longest) {
            throw new IllegalArgumentException(what + ": " + text.length() + " characters (expected: at most " + longest
                    + "; store it as a blob and send its key)");
        }
        return text;
    }

    /** Jackson advises to change its own options, which nobody can here. */
    private static String withoutAdvice(String message) {
        int advice = message.indexOf(" (to avoid exception");
        return advice < 0
                ? message
                : message.substring(0, advice)
                        + " (expected: a record, list, map, text or number, or a class whose properties are public)";
    }

    /** Where in the text: names of properties and positions in lists, but no keys of maps, which are the user's. */
    private static String place(JsonProcessingException failed) {
        StringBuilder place = new StringBuilder();
        if (failed instanceof JsonMappingException mapping) {
            for (JsonMappingException.Reference at : mapping.getPath()) {
                if (at.getFieldName() == null) {
                    place.append('[').append(at.getIndex()).append(']');
                } else {
                    place.append(place.isEmpty() ? "" : ".")
                            .append(at.getFrom() instanceof Map ? "…" : at.getFieldName());
                }
            }
        }
        return place.isEmpty() ? "" : " at " + place;
    }

    private ObjectReader reader(Type type) {
        return mapper.readerFor(mapper.constructType(type));
    }

    @Nullable Object read(Kind kind, @Nullable String text) {
        Type type = kind.payload();
        if (type == null) {
            return null;
        }
        return read("payload of " + kind.name(), type, text);
    }

    /** The value of a text; {@code what} says in messages what it is. */
    Object read(String what, Type type, @Nullable String text) {
        if (text == null) {
            throw new CodecException(what + ": none (expected: " + type.getTypeName() + ")");
        }
        try {
            Object read = readers.computeIfAbsent(type, this::reader).readValue(text);
            if (read == null) {
                throw new CodecException(what + ": null (expected: " + type.getTypeName() + ")");
            }
            return read;
        } catch (JsonProcessingException e) {
            // Neither the text nor Jackson's message, which quotes it.
            throw new CodecException(what + ": can't be read as " + type.getTypeName() + " ("
                    + e.getClass().getSimpleName() + place(e) + ")");
        }
    }
}
