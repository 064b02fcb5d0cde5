package dev.headroom.flags;

import dev.headroom.config.Checks;
import dev.headroom.load.Criticality;
import java.time.LocalDate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a flag is, in code: its name, who owns it, and what it costs when it is off. What it is set to comes from the
 * {@link dev.headroom.flags.spi.FlagSource}. Immutable.
 *
 * <pre>{@code
 * FlagDefinition related = FlagDefinition.named("related-products")
 *     .owner("search team").whenOff("the page has no related products").sheddable(Criticality.SHEDDABLE);
 * }</pre>
 */
public final class FlagDefinition {
    private final String name;
    private final String owner;
    private final String whenOff;
    private final boolean defaultOn;
    private final @Nullable Criticality sheddable;
    private final @Nullable LocalDate expires;
    private final String seed;

    private FlagDefinition(
            String name,
            String owner,
            String whenOff,
            boolean defaultOn,
            @Nullable Criticality sheddable,
            @Nullable LocalDate expires,
            String seed) {
        this.name = name;
        this.owner = owner;
        this.whenOff = whenOff;
        this.defaultOn = defaultOn;
        this.sheddable = sheddable;
        this.expires = expires;
        this.seed = seed;
    }

    /** A flag that is off until its source says otherwise. {@link #owner} and {@link #whenOff} must follow. */
    public static FlagDefinition named(String name) {
        return new FlagDefinition(Checks.name("name", name), "", "", false, null, null, name);
    }

    /** Who decides about it and cleans it up. */
    public FlagDefinition owner(String owner) {
        return new FlagDefinition(name, Checks.notBlank("owner", owner), whenOff, defaultOn, sheddable, expires, seed);
    }

    /** What users lose while it is off, in a sentence that an operator at three in the morning understands. */
    public FlagDefinition whenOff(String whenOff) {
        return new FlagDefinition(
                name, owner, Checks.notBlank("whenOff", whenOff), defaultOn, sheddable, expires, seed);
    }

    /** On until its source says otherwise. */
    public FlagDefinition defaultOn() {
        return new FlagDefinition(name, owner, whenOff, true, sheddable, expires, seed);
    }

    /**
     * Goes off under load, step by step, as work of this criticality is told to slow down and stop, and comes back as the load goes.
     */
    public FlagDefinition sheddable(Criticality criticality) {
        return new FlagDefinition(
                name, owner, whenOff, defaultOn, Checks.present("criticality", criticality), expires, seed);
    }

    /** After this day it should be gone from the code; the console and the log say so. */
    public FlagDefinition expires(LocalDate day) {
        return new FlagDefinition(name, owner, whenOff, defaultOn, sheddable, Checks.present("day", day), seed);
    }

    /** What buckets are drawn from; set it to the old name when a flag is renamed, so that no user changes sides. Default: the name. */
    public FlagDefinition seed(String seed) {
        return new FlagDefinition(name, owner, whenOff, defaultOn, sheddable, expires, Checks.notBlank("seed", seed));
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its owner. */
    public String owner() {
        return owner;
    }

    /** What is lost while it is off. */
    public String whenOff() {
        return whenOff;
    }

    /** Whether it is on without a source. */
    public boolean isDefaultOn() {
        return defaultOn;
    }

    /** As work of which criticality it is shed, empty if never. */
    public Optional<Criticality> sheddable() {
        return Optional.ofNullable(sheddable);
    }

    /** After which day it should be gone. */
    public Optional<LocalDate> expires() {
        return Optional.ofNullable(expires);
    }

    /** What its buckets are drawn from. */
    public String seed() {
        return seed;
    }

    @Override
    public String toString() {
        return "FlagDefinition[" + name + "]";
    }
}
