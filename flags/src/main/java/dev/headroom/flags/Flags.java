package dev.headroom.flags;

import dev.headroom.Component;
import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.RequestContext;
import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import dev.headroom.flags.internal.FlagsPanel;
import dev.headroom.flags.internal.GatedInterceptor;
import dev.headroom.flags.internal.PropertiesFile;
import dev.headroom.flags.internal.Reloader;
import dev.headroom.flags.internal.Rule;
import dev.headroom.flags.servlet.FlagsFilter;
import dev.headroom.flags.spi.FlagSource;
import dev.headroom.load.LoadFeedback;
import dev.headroom.servlet.FilterSlot;
import dev.headroom.servlet.FilterSpec;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The flags of an application: defined in code, set by a source that is read again while the application runs.
 *
 * <p>Rules are properties, in a UTF-8 file or from a {@link FlagSource}:
 *
 * <pre>
 * related-products = 25%            # on, off, or a share of users with at most three decimals
 * related-products.on-for = alice   # always on for these, whatever the share
 * related-products.off-for = bob    # always off for these
 * </pre>
 *
 * <p>A user's answer stays the same while the share grows, and the answers of two flags do not depend on each other. When the source
 * can't be read or has a mistake, the last good rules stay as a whole, and a warning, a meter and the console say so. Thread-safe.
 *
 * <pre>{@code
 * Flags flags = Flags.builder()
 *     .define(FlagDefinition.named("related-products").owner("search").whenOff("no related products").defaultOn())
 *     .file(Path.of("flags.properties"))
 *     .build();
 * Flag related = flags.flag("related-products");
 * if (related.on(Subject.of(userId))) { … }
 * }</pre>
 */
public final class Flags implements Component {
    private static final RequestContext.Key<Frozen> FROZEN = new RequestContext.Key<>("flags", Frozen.class);

    private final Map<String, Flag> flags = new LinkedHashMap<>();
    private final Function<RequestContext, Optional<String>> subject;
    private final Reloader reloader;
    private volatile Contracts contracts = Contracts.standalone();

    private record Frozen(Flags owner, List<Rule> rules, Optional<Subject> subject) {}

    private Flags(Builder options) {
        subject = options.subject;
        for (FlagDefinition definition : options.definitions.values()) {
            flags.put(definition.name(), new Flag(definition, flags.size(), this));
        }
        reloader = new Reloader(List.copyOf(options.definitions.values()), options.source, options.reloadEvery);
        reloader.start();
    }

    /** A builder without flags. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A flag by its name; keep it.
     *
     * @throws dev.headroom.config.ConfigurationException if none of that name is defined
     */
    public Flag flag(String name) {
        Flag flag = flags.get(name);
        Checks.that(flag != null, "flag", name, "one of " + flags.keySet());
        return Checks.present("flag", flag);
    }

    /** All flags, in the order of their definition. */
    public List<Flag> all() {
        return List.copyOf(flags.values());
    }

    /** What a flag has answered since the application started. */
    public Answers answers(Flag flag) {
        return new Answers(
                flag.counts().on(), flag.counts().off(), flag.counts().shed());
    }

    /**
     * What a flag has answered.
     *
     * @param on answers that were on
     * @param off answers that were off, those shed included
     * @param shed answers that were off because of load
     */
    public record Answers(long on, long off, long shed) {}

    /** Reads the source now; says whether the rules are those of the source. */
    public boolean reload() {
        return reloader.reload();
    }

    /** Keeps today's rules and subject for the time of the request, for its {@link Flag#on()} calls. For the filter. */
    public void freeze(RequestContext request) {
        request.attribute(FROZEN, new Frozen(this, reloader.rules(), find(request)));
    }

    @Override
    public String name() {
        return "flags";
    }

    @Override
    public void contribute(Contributions to) {
        to.interceptor(new GatedInterceptor(this))
                .consolePanel(new FlagsPanel(this, reloader, Clock.systemUTC()))
                .web(parts -> parts.filter(FilterSpec.of("headroom-flags", FilterSlot.FLAGS, new FlagsFilter(this))));
    }

    @Override
    public void connect(Contracts contracts) {
        this.contracts = contracts;
        reloader.connect(contracts.meters());
        flags.values().forEach(flag -> flag.connect(contracts));
    }

    /** Stops reading the source; flags go on answering by their last rules. */
    @Override
    public void close() {
        reloader.close();
    }

    Rule rule(int index) {
        Frozen frozen = frozen(RequestContext.active().orElse(null));
        return (frozen != null ? frozen.rules : reloader.rules()).get(index);
    }

    Optional<Subject> subject(RequestContext request) {
        Frozen frozen = frozen(request);
        return frozen != null ? frozen.subject : find(request);
    }

    LoadFeedback load() {
        return contracts.load();
    }

    private Optional<Subject> find(RequestContext request) {
        return subject.apply(request).filter(id -> !id.isBlank()).map(Subject::of);
    }

    private @Nullable Frozen frozen(@Nullable RequestContext request) {
        Frozen frozen = request == null ? null : request.attribute(FROZEN).orElse(null);
        return frozen != null && frozen.owner == this ? frozen : null;
    }

    /** Options of flags. Not thread-safe. */
    public static final class Builder {
        private final Map<String, FlagDefinition> definitions = new LinkedHashMap<>();
        private final Problems problems = new Problems();
        private Function<RequestContext, Optional<String>> subject = RequestContext::user;
        private FlagSource source = Reloader.NOTHING;
        private Duration reloadEvery = Duration.ofSeconds(1);

        private Builder() {}

        /** Defines a flag. */
        public Builder define(FlagDefinition definition) {
            problems.unless(
                    definitions.put(definition.name(), definition) == null,
                    "define",
                    definition.name(),
                    "flags of different names");
            problems.unless(
                    !definition.owner().isEmpty(), definition.name() + ".owner", "\"\"", "who decides about it");
            problems.unless(
                    !definition.whenOff().isEmpty(),
                    definition.name() + ".whenOff",
                    "\"\"",
                    "what users lose while it is off");
            return this;
        }

        /** Rules from a properties file; it may be absent, then defaults hold until it appears. Default: no source. */
        public Builder file(Path file) {
            return source(new PropertiesFile(Checks.present("file", file)));
        }

        /** Rules from a source of your own. Default: no source. */
        public Builder source(FlagSource source) {
            this.source = Checks.present("source", source);
            return this;
        }

        /** How often the source is read. Default: 1 s. */
        public Builder reloadEvery(Duration interval) {
            this.reloadEvery = Checks.positive("reloadEvery", interval);
            return this;
        }

        /** Finds a request's subject. Default: {@link RequestContext#user()}. */
        public Builder subject(Function<RequestContext, Optional<String>> subject) {
            this.subject = Checks.present("subject", subject);
            return this;
        }

        /**
         * The flags, with the source's rules if it can be read.
         *
         * @throws dev.headroom.config.ConfigurationException with all that is wrong with the definitions
         */
        public Flags build() {
            problems.throwIfAny();
            return new Flags(this);
        }
    }
}
