package dev.headroom.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headroom.codec.Codec;
import dev.headroom.codec.CodecException;
import dev.headroom.config.Checks;
import java.io.IOException;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Values as JSON through Jackson 2.
 *
 * <p>A mapper with default typing, by which the bytes would name classes, is refused. Thread-safe once the mapper is no longer changed.
 */
public final class JacksonCodec implements Codec {
    private final ObjectMapper mapper;

    private JacksonCodec(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** A codec that skips unknown properties, writes times as ISO-8601, and uses the Jackson modules on the class path. */
    public static JacksonCodec withDefaults() {
        return on(JsonMapper.builder()
                .findAndAddModules()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build());
    }

    /** A codec over a mapper. @throws dev.headroom.config.ConfigurationException if it has default typing */
    public static JacksonCodec on(ObjectMapper mapper) {
        Checks.present("mapper", mapper);
        boolean typed = mapper.getDeserializationConfig().getDefaultTyper(mapper.constructType(Object.class)) != null;
        Checks.that(!typed, "mapper", "default typing", "a mapper without default typing, by which bytes name classes");
        return new JacksonCodec(mapper);
    }

    @Override
    public String name() {
        return "json";
    }

    @Override
    public byte[] encode(@Nullable Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (IOException | RuntimeException failure) {
            throw failed(value == null ? "null" : value.getClass().getName(), "has no JSON", failure);
        }
    }

    @Override
    public @Nullable Object decode(byte[] bytes, Type type) {
        try {
            return mapper.readValue(bytes, mapper.constructType(type));
        } catch (IOException | RuntimeException failure) {
            throw failed(type.getTypeName(), "was expected", failure);
        }
    }

    /** Without Jackson's message and cause: they quote the value. */
    private static CodecException failed(String type, String what, Exception failure) {
        JsonLocation at = failure instanceof JsonProcessingException json ? json.getLocation() : null;
        return new CodecException(
                "json: " + type + " " + what + ": " + failure.getClass().getSimpleName()
                        + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()));
    }
}
