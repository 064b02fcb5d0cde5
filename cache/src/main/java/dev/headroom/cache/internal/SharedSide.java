package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.consistency.ConsistencyToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one cache has in the tier that JVMs share: names, drops, and what other JVMs drop. Loading is {@link SharedLoads}'. */
final class SharedSide {
    private static final Logger LOG = LoggerFactory.getLogger(SharedSide.class);
    private static final int LONGEST_TOLD = 1000;
    private static final Duration NOTES_KEPT = Duration.ofMinutes(10);

    final Homes homes;
    final Stamps stamps;
    final FormerNodes former;
    private final String cache;
    private final String prefix;
    private final String values;
    private final Fences fences;
    private final Local local;
    private final Surroundings around;
    private final ReentrantLock settling = new ReentrantLock();
    private volatile boolean settled;
    private volatile long distrusted;

    /** What this JVM holds of the cache. */
    interface Local {
        void drop(Object key);

        /** Drops those with such a text. */
        void dropTexts(Predicate<String> which);

        void dropTag(String tag);

        void dropAll();

        /** What is loaded now has to be compared with the tier before it is served again. */
        void distrustLoads();
    }

    SharedSide(String cache, CacheOptions options, Homes homes, Fences fences, Local local, Surroundings around) {
        this.cache = cache;
        this.homes = homes;
        this.prefix = homes.namespace + ':' + cache + ':';
        this.values =
                prefix + 'v' + options.schemaVersion() + ':' + options.codec().name() + ':';
        this.stamps = new Stamps(prefix, homes.nodes);
        this.former = new FormerNodes(cache, prefix, homes, stamps, () -> new TagDrop(null, ConsistencyToken.NONE));
        this.fences = fences;
        this.local = local;
        this.around = around;
        this.distrusted = around.now();
        homes.add(this);
    }

    String name() {
        return cache;
    }

    String key(String text) {
        return values + text;
    }

    /** The position that loads of the key, or of all keys, must read at. */
    String note(@Nullable String text) {
        return text == null ? prefix + "~n" : prefix + "~n:" + text;
    }

    /** Whether the value of this version is being loaded by somebody who lives. */
    String beat(String text) {
        return prefix + "~b:" + text;
    }

    /** The version whose load has failed just now. */
    String failure(String text) {
        return prefix + "~f:" + text;
    }

    /** The version of the lease whose load had a result that can't be shared, a moment ago. */
    String unshared(String text) {
        return prefix + "~u:" + text;
    }

    /** Since when nothing held is trusted that was not compared with the tier. */
    long distrusted() {
        return distrusted;
    }

    /** Something may have been missed: by what is held, and by the loads that run, which are told first, or what they load would be taken for newer than this. */
    void distrust() {
        local.distrustLoads();
        distrusted = around.now();
    }

    /**
     * Before anything is read, put or dropped there: if the tier had nodes before that are gone, or nodes have come back, what a node has may have been dropped on another
     * one, where its key lay: that is dropped. Nodes that only came leave what the others have as it was. Who doesn't answer is asked before anything is read there.
     */
    void settle() {
        if (settled) {
            return;
        }
        settling.lock();
        try {
            if (!settled) {
                former.compare();
                settled = true;
            }
        } finally {
            settling.unlock();
        }
    }

    ConsistencyToken token(Map<String, byte[]> records, String text, ConsistencyToken asked) {
        ConsistencyToken token = asked;
        for (String name : List.of(note(text), note(null))) {
            byte[] left = records.get(name);
            if (left != null) {
                token = fences.combine(token, new ConsistencyToken(new String(left, UTF_8)));
            }
        }
        return token;
    }

    /** Where to read when it can't be known what others have invalidated. */
    ConsistencyToken newest(ConsistencyToken asked) {
        return fences.combine(asked, fences.newest());
    }

    /** Drops a key's value for all JVMs; its position is left first. Who only drops leaves word of its nodes as well. */
    void drop(String text, ConsistencyToken position) {
        settle();
        drop(homes.of(key(text)), new KeyDrop(text, position));
    }

    void dropTag(String tag, ConsistencyToken position) {
        settle();
        homes.all().forEach(home -> drop(home, new TagDrop(tag, position)));
    }

    void dropAll(ConsistencyToken position) {
        settle();
        homes.all().forEach(home -> drop(home, new TagDrop(null, position)));
    }

    private void drop(Home home, Noted drop) {
        if (!home.drop(drop)) {
            LOG.debug("cache {}: dropped later: {}", cache, drop.name());
            homes.tellAtOnce(home.node, drop.told());
        }
    }

    /** Tells others that the key has another value, from this position on. */
    void tellPut(Home home, String text, ConsistencyToken position) {
        try {
            home.run(node -> homes.tell(node, dropped("k", position, text)));
        } catch (SharedTierException unreachable) {
            drop(home, new KeyDrop(text, position));
        }
    }

    /** Another JVM dropped something. What can't be taken out alone goes with everything else. */
    void heard(Dropped dropped) {
        try {
            heard(dropped.kind(), dropped.token(), dropped.what());
        } catch (RuntimeException failed) {
            LOG.warn("cache {}: what another JVM dropped can't be found, all that is held goes", cache, failed);
            distrust();
            local.dropAll();
        }
    }

    /** At this position: the note of it may be lost. */
    private void heard(String kind, ConsistencyToken token, String what) {
        Object key = kind.equals("k") ? KeyText.parse(what).orElse(null) : null;
        if (key != null) {
            fences.raise(key, token);
            local.drop(key);
            return;
        }
        fences.raiseAll(token);
        switch (kind) {
            case "k" -> local.dropTexts(what::equals);
            case "d" -> local.dropTexts(text -> text.length() > LONGEST_TOLD && what.equals(Digest.of(text)));
            case "t" -> local.dropTag(what);
            default -> local.dropAll();
        }
    }

    /** Loads under this name read at the position, or beyond, for a while. */
    void leave(SharedNode node, String name, ConsistencyToken token) {
        if (!token.isNone()) {
            node.merge(name, NOTES_KEPT, before -> {
                ConsistencyToken known = before == null ? token : new ConsistencyToken(new String(before, UTF_8));
                return fences.combine(known, token).value().getBytes(UTF_8);
            });
        }
    }

    /** As others are told of it. */
    private Dropped dropped(String kind, ConsistencyToken token, String what) {
        Dropped dropped = new Dropped(cache, kind, token, what);
        return what.length() > LONGEST_TOLD ? brief(dropped) : dropped;
    }

    /** A node takes only so much at once. */
    private static Dropped brief(Dropped told) {
        return told.kind().equals("k")
                ? new Dropped(told.cache(), "d", told.token(), Digest.of(told.what()))
                : new Dropped(told.cache(), "a", told.token(), "-");
    }

    /** A drop that may be tried more than once: what it does is done in any order with other drops. */
    private abstract class Noted implements Home.Drop {
        final ConsistencyToken token;

        Noted(ConsistencyToken token) {
            this.token = token;
        }

        @Override
        public final void run(SharedNode node) {
            SharedTierException refused = null;
            try {
                note(node);
            } catch (SharedTierException failed) {
                if (failed.reason() == SharedTierException.Reason.NO_ANSWER) {
                    throw failed;
                }
                refused = failed;
            }
            // A value without its note is better than the old value.
            drop(node);
            homes.tell(node, told());
            if (refused != null) {
                throw refused;
            }
        }

        abstract Dropped told();

        abstract void note(SharedNode node);

        abstract void drop(SharedNode node);
    }

    private final class KeyDrop extends Noted {
        private final String text;

        KeyDrop(String text, ConsistencyToken token) {
            super(token);
            this.text = text;
        }

        @Override
        public String name() {
            return prefix + "k:" + text;
        }

        @Override
        void note(SharedNode node) {
            leave(node, SharedSide.this.note(text), token);
        }

        @Override
        void drop(SharedNode node) {
            node.invalidate(key(text));
        }

        @Override
        Dropped told() {
            return dropped("k", token, text);
        }

        @Override
        public Home.Drop after(Home.Drop earlier) {
            return new KeyDrop(text, both(earlier, token));
        }

        @Override
        public Home.Drop whole() {
            return new TagDrop(null, token);
        }
    }

    private ConsistencyToken both(Home.Drop earlier, ConsistencyToken token) {
        return earlier instanceof Noted noted ? fences.combine(noted.token, token) : token;
    }

    private final class TagDrop extends Noted {
        private final @Nullable String tag;

        TagDrop(@Nullable String tag, ConsistencyToken token) {
            super(token);
            this.tag = tag;
        }

        @Override
        public String name() {
            return tag == null ? prefix + "a" : prefix + "t:" + tag;
        }

        @Override
        void note(SharedNode node) {
            leave(node, SharedSide.this.note(null), token);
        }

        @Override
        public Home.Drop after(Home.Drop earlier) {
            return new TagDrop(tag, both(earlier, token));
        }

        @Override
        void drop(SharedNode node) {
            stamps.drop(node, tag == null ? stamps.all : stamps.tag(tag));
        }

        @Override
        Dropped told() {
            return dropped(tag == null ? "a" : "t", token, tag == null ? "-" : tag);
        }

        @Override
        public Home.Drop whole() {
            return new TagDrop(null, token);
        }
    }

    /** The records that whoever loads must know. */
    List<String> beforeLoad(String text) {
        List<String> names = new ArrayList<>();
        names.add(stamps.counter());
        names.add(note(text));
        names.add(note(null));
        return names;
    }
}
