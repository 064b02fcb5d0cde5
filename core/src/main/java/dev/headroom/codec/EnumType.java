package dev.headroom.codec;

import dev.headroom.config.Problems;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A registered enum: its constants by name. */
final class EnumType implements Registered {
    private final int id;
    private final Class<? extends Enum<?>> type;
    private final Map<String, Enum<?>> constants = new HashMap<>();

    EnumType(int id, Class<? extends Enum<?>> type) {
        this.id = id;
        this.type = type;
        for (Enum<?> constant : type.getEnumConstants()) {
            constants.put(constant.name(), constant);
        }
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public Class<?> type() {
        return type;
    }

    @Nullable Enum<?> constant(String name) {
        return constants.get(name);
    }

    @Override
    public void check(Collection<Registered> all, Problems problems) {}
}
