package dev.headroom.throttle;

import dev.headroom.config.Checks;
import dev.headroom.throttle.internal.Paths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/** Collects the options of a {@link Throttle}. Not thread-safe. */
public final class ThrottleBuilder {
    private final GateBuilder gate = Gate.builder("web");
    private final List<String> bypass = new ArrayList<>(List.of("/health/*", "/console/*"));
    private final List<String> unmeasured = new ArrayList<>();
    private Duration retryAfterFrom = Duration.ofSeconds(1);
    private Duration retryAfterTo = Duration.ofSeconds(5);
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

    ThrottleBuilder() {}

    /** What happens at first to requests beyond the limit. Default: {@link Gate.Mode#ENFORCE}. */
    public ThrottleBuilder mode(Gate.Mode mode) {
        gate.mode(mode);
        return this;
    }

    /** Sets options of the gate. Once plugged in, the application's load feedback and meters are used whatever is set here. */
    public ThrottleBuilder gate(Consumer<GateBuilder> options) {
        Checks.present("options", options).accept(gate);
        return this;
    }

    /**
     * Adds paths that don't go through the gate: {@code /exact}, or {@code /below/*} for a path and all below it. Meant for what load
     * balancers and operators need, and for connections that stay open. Default: {@code /health/*} and {@code /console/*}, which remain.
     */
    public ThrottleBuilder bypass(String... patterns) {
        add(bypass, "bypass", patterns);
        return this;
    }

    /**
     * Adds paths whose requests take a place but whose latency does not count, as it is not the server's: long polls, large downloads.
     * Requests with a multipart body are always treated so. Default: none.
     */
    public ThrottleBuilder unmeasured(String... patterns) {
        add(unmeasured, "unmeasured", patterns);
        return this;
    }

    /**
     * Between which times refused clients are told to come back, in whole seconds, spread evenly so that they don't come back together.
     * Default: 1 s to 5 s.
     */
    public ThrottleBuilder retryAfter(Duration from, Duration to) {
        Checks.that(
                from != null && from.toSeconds() >= 1 && to != null && to.compareTo(from) >= 0,
                "retryAfter",
                from + " to " + to,
                "from PT1S, to >= from");
        this.retryAfterFrom = from;
        this.retryAfterTo = to;
        return this;
    }

    /** Numbers from 0 to 1, 1 excluded, that spread {@code Retry-After}. Default: the thread's random generator. */
    public ThrottleBuilder random(DoubleSupplier random) {
        this.random = Checks.present("random", random);
        return this;
    }

    /**
     * The throttle.
     *
     * @throws dev.headroom.config.ConfigurationException if the gate's limits are out of order
     */
    public Throttle build() {
        return new Throttle(
                gate.options(), new ThrottleOptions(bypass, unmeasured, retryAfterFrom, retryAfterTo, random));
    }

    private static void add(List<String> to, String option, String... patterns) {
        for (String pattern : patterns) {
            Checks.that(Paths.valid(pattern), option, pattern, "a path such as /metrics or /feed/*");
            to.add(pattern);
        }
    }
}
