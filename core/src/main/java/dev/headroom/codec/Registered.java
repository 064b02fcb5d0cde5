package dev.headroom.codec;

import dev.headroom.config.Problems;
import java.util.Collection;

/** A type of the application's that has a number on the wire. */
sealed interface Registered permits RecordType, EnumType {
    int id();

    Class<?> type();

    /** Adds what is wrong with the type among these. */
    void check(Collection<Registered> all, Problems problems);
}
