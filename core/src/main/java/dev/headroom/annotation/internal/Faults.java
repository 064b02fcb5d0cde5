package dev.headroom.annotation.internal;

import dev.headroom.config.ConfigurationException;

/** Says what is wrong with an expression, and where. */
record Faults(String option, String expression) {
    ConfigurationException at(int character, String expected) {
        return new ConfigurationException(option, "\"" + expression + "\"", expected + " at character " + character);
    }

    ConfigurationException whole(String shown, String expected) {
        return new ConfigurationException(option, shown, expected);
    }
}
