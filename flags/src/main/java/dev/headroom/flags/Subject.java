package dev.headroom.flags;

import dev.headroom.config.Checks;
import dev.headroom.flags.internal.Bucketing;

/**
 * Whom a flag is on or off for: usually a user, identified by a text that never changes. The text is hashed once; keep the subject
 * when many flags are asked. Immutable.
 */
public final class Subject {
    private final String id;
    private final long hash;

    private Subject(String id) {
        this.id = Checks.notBlank("id", id);
        this.hash = Bucketing.hash(id);
    }

    /** The subject of this identifier. @throws dev.headroom.config.ConfigurationException if it is blank */
    public static Subject of(String id) {
        return new Subject(id);
    }

    /** The identifier. */
    public String id() {
        return id;
    }

    long hash() {
        return hash;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Subject subject && subject.id.equals(id);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }

    @Override
    public String toString() {
        return "Subject[" + id + "]";
    }
}
