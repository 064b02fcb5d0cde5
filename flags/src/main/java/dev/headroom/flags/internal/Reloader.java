package dev.headroom.flags.internal;

import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problems;
import dev.headroom.flags.FlagDefinition;
import dev.headroom.flags.FlagMeters;
import dev.headroom.flags.spi.FlagSource;
import dev.headroom.meter.Meters;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the source again and again, and keeps the last good rules. */
public final class Reloader implements AutoCloseable {
    /** A source without rules. */
    public static final FlagSource NOTHING = new FlagSource() {
        @Override
        public String describe() {
            return "defaults";
        }

        @Override
        public Map<String, String> load() {
            return Map.of();
        }
    };

    private static final Logger log = LoggerFactory.getLogger(Reloader.class);

    private final List<FlagDefinition> definitions;
    private final FlagSource source;
    private final Duration interval;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile List<Rule> rules;
    private volatile @Nullable String failure;
    private volatile Meters meters = Meters.none();
    private @Nullable Map<String, String> loaded;
    private @Nullable ScheduledExecutorService timer;

    /** A reloader that has the definitions' defaults. */
    public Reloader(List<FlagDefinition> definitions, FlagSource source, Duration interval) {
        this.definitions = definitions;
        this.source = source;
        this.interval = interval;
        this.rules = definitions.stream()
                .map(definition -> Rule.fixed(definition.isDefaultOn()))
                .toList();
    }

    /** Reads the source once, and from then on again and again. */
    public void start() {
        reload();
        if (source == NOTHING) {
            return;
        }
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "headroom-flags-1");
            thread.setDaemon(true);
            return thread;
        });
        started.scheduleWithFixedDelay(this::reload, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        timer = started;
    }

    /** Counts go here from now on. */
    public void connect(Meters meters) {
        this.meters = meters;
    }

    /** The rules, in the order of the definitions. */
    public List<Rule> rules() {
        return rules;
    }

    /** Where rules come from. */
    public String source() {
        return source.describe();
    }

    /** Why the source's rules do not hold, empty when they do. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** Reads the source now; says whether its rules hold. */
    public boolean reload() {
        lock.lock();
        try {
            Map<String, String> properties = source.load();
            if (!properties.equals(loaded)) {
                apply(properties);
                loaded = Map.copyOf(properties);
            }
            recovered();
            return true;
        } catch (NoSuchFileException absent) {
            if (loaded == null) {
                return true;
            }
            failed("is gone");
            return false;
        } catch (IOException | RuntimeException e) {
            failed(e instanceof ConfigurationException ? e.getMessage() : e.toString());
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void apply(Map<String, String> properties) {
        Problems problems = new Problems();
        List<Rule> compiled = new ArrayList<>();
        Set<String> unknown = new TreeSet<>(properties.keySet());
        for (FlagDefinition definition : definitions) {
            String name = definition.name();
            compiled.add(Rule.compile(name, properties, Rule.fixed(definition.isDefaultOn()), problems));
            unknown.removeAll(List.of(name, name + ".on-for", name + ".off-for"));
        }
        problems.throwIfAny();
        if (!unknown.isEmpty()) {
            log.warn("flags: {} has rules for {}, which the application does not define", source.describe(), unknown);
        }
        report(compiled);
        rules = List.copyOf(compiled);
    }

    private void report(List<Rule> compiled) {
        for (int i = 0; i < compiled.size(); i++) {
            Rule before = rules.get(i);
            Rule after = compiled.get(i);
            if (!before.text().equals(after.text())) {
                log.info("flags: {} goes from {} to {}", definitions.get(i).name(), before.text(), after.text());
                meters.counter(FlagMeters.CHANGES).increment();
            }
        }
    }

    private void failed(@Nullable String why) {
        meters.counter(FlagMeters.RELOAD_FAILURES).increment();
        String now = String.valueOf(why);
        if (!now.equals(failure)) {
            failure = now;
            log.warn("flags: {} can't be used, the last good rules stay: {}", source.describe(), now);
        }
    }

    private void recovered() {
        if (failure != null) {
            failure = null;
            log.info("flags: {} can be used again", source.describe());
        }
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
        }
    }
}
