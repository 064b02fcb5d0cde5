package dev.headroom.flags;

import dev.headroom.Contracts;
import dev.headroom.RequestContext;
import dev.headroom.debug.DebugLog;
import dev.headroom.flags.internal.Bucketing;
import dev.headroom.flags.internal.FlagCounts;
import dev.headroom.flags.internal.Rule;
import dev.headroom.load.LoadAdvice;
import java.util.Optional;

/**
 * A flag: whether a feature is on, for whom.
 *
 * <p>Asked in this order: forced off, forced on, the share of users it is on for, cut by load if it is sheddable. An answer never
 * throws, never blocks and does no I/O. Within a request that passes {@link dev.headroom.flags.servlet.FlagsFilter} the rules do not
 * change. Thread-safe.
 *
 * <pre>{@code
 * if (related.on()) { page.add(relatedProducts(product)); }
 * }</pre>
 */
public final class Flag {
    private final FlagDefinition definition;
    private final int index;
    private final Flags flags;
    private final long seed;
    private volatile FlagCounts counts;

    Flag(FlagDefinition definition, int index, Flags flags) {
        this.definition = definition;
        this.index = index;
        this.flags = flags;
        this.seed = Bucketing.hash(definition.seed());
        this.counts = new FlagCounts(definition.name(), Contracts.standalone().meters());
    }

    /** Its name. */
    public String name() {
        return definition.name();
    }

    /** What it is, in code. */
    public FlagDefinition definition() {
        return definition;
    }

    /**
     * Whether it is on for the subject of the current request (as {@link Flags.Builder#subject} finds it). Without a subject a flag that is
     * on for a share of users only is off.
     */
    public boolean on() {
        RequestContext context = RequestContext.active().orElse(null);
        Optional<Subject> subject = context == null ? Optional.empty() : flags.subject(context);
        return subject.isPresent() ? on(subject.get()) : answerWithoutSubject();
    }

    /** Whether it is on for this subject. */
    public boolean on(Subject subject) {
        Rule rule = flags.rule(index);
        int bucket = Bucketing.bucket(seed, subject.hash());
        boolean on;
        boolean shed = false;
        if (rule.off().contains(subject.hash())) {
            on = false;
        } else if (rule.on().contains(subject.hash())) {
            on = true;
        } else {
            shed = bucket < rule.buckets() && bucket >= rule.buckets() * loadFactor();
            on = bucket < rule.buckets() && !shed;
        }
        return answer(on, shed, rule);
    }

    /** The rule it follows now, for people. */
    public String rule() {
        return flags.rule(index).text();
    }

    private boolean answerWithoutSubject() {
        Rule rule = flags.rule(index);
        if (rule.buckets() < Bucketing.BUCKETS) {
            if (rule.buckets() > 0) {
                counts.noSubject();
            }
            return answer(false, false, rule);
        }
        double factor = loadFactor();
        boolean shed = factor < 1
                && Bucketing.bucket(
                                seed,
                                Bucketing.hash(
                                        RequestContext.current().traceId().value()))
                        >= factor * Bucketing.BUCKETS;
        return answer(!shed, shed, rule);
    }

    private double loadFactor() {
        return definition
                .sheddable()
                .map(criticality -> flags.load().advise(criticality))
                .map(LoadAdvice::factor)
                .orElse(1.0);
    }

    private boolean answer(boolean on, boolean shed, Rule rule) {
        counts.answered(on, shed);
        DebugLog debug = RequestContext.currentDebug();
        if (debug.enabled()) {
            String why = shed ? ", shed by load" : "";
            debug.add(
                    "flag", definition.name() + (on ? " on" : " off") + " (rule: " + rule.text() + why + ")", -1, null);
        }
        return on;
    }

    FlagCounts counts() {
        return counts;
    }

    void connect(Contracts contracts) {
        counts = new FlagCounts(definition.name(), contracts.meters());
    }

    @Override
    public String toString() {
        return "Flag[" + name() + ", " + rule() + "]";
    }
}
