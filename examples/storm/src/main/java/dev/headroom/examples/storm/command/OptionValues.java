package dev.headroom.examples.storm.command;

import java.util.Map;

/** The values of a scenario's options: given ones, and defaults for the others. Immutable. */
public final class OptionValues {
    private final Map<String, String> values;

    OptionValues(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** A number. */
    public int number(String name) {
        return Integer.parseInt(text(name));
    }

    /** A number that may be large. */
    public long longNumber(String name) {
        return Long.parseLong(text(name));
    }

    /** Whether a switch was given. */
    public boolean isOn(String name) {
        return text(name).equals("on");
    }

    /** A text; empty if it was not given and has no default. */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("option: " + name + " (expected: one of " + values.keySet() + ")");
        }
        return value;
    }
}
