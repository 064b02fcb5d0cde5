package dev.headroom.json;

import dev.headroom.codec.Codec;
import dev.headroom.codec.CodecException;
import dev.headroom.config.Checks;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Values as JSON through Jackson 3.
 *
 * <p>A mapper with default typing, by which the bytes would name classes, is refused. Thread-safe.
 */
public final class Jackson3Codec implements Codec {
    private final ObjectMapper mapper;

    private Jackson3Codec(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** A codec that skips unknown properties and writes times as ISO-8601. */
    public static Jackson3Codec withDefaults() {
        return on(JsonMapper.builder()
                .findAndAddModules()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build());
    }

    /** A codec over a mapper. @throws dev.headroom.config.ConfigurationException if it has default typing */
    public static Jackson3Codec on(ObjectMapper mapper) {
        Checks.present("mapper", mapper);
        boolean typed = mapper.deserializationConfig().getDefaultTyper(mapper.constructType(Object.class)) != null;
        Checks.that(!typed, "mapper", "default typing", "a mapper without default typing, by which bytes name classes");
        return new Jackson3Codec(mapper);
    }

    @Override
    public String name() {
        return "json";
    }

    @Override
    public byte[] encode(@Nullable Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (RuntimeException failure) {
            throw failed(value == null ? "null" : value.getClass().getName(), "has no JSON", failure);
        }
    }

    @Override
    public @Nullable Object decode(byte[] bytes, Type type) {
        try {
            return mapper.readValue(bytes, mapper.constructType(type));
        } catch (RuntimeException failure) {
            throw failed(type.getTypeName(), "was expected", failure);
        }
    }

    /** Without Jackson's message and cause: they quote the value. */
    private static CodecException failed(String type, String what, RuntimeException failure) {
        TokenStreamLocation at = failure instanceof JacksonException json ? json.getLocation() : null;
        return new CodecException(
                "json: " + type + " " + what + ": " + failure.getClass().getSimpleName()
                        + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr()));
    }
}
