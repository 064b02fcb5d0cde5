package dev.headroom.inventory;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers from memory, and tells of what replaces it. */
final class LiveInventory implements ServiceInventory {
    private static final Logger log = LoggerFactory.getLogger(ServiceInventory.class);
    private static final int MOST_TURNS = 1_000;

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicInteger> turns = new ConcurrentHashMap<>();
    private volatile List<Host> hosts;

    LiveInventory(List<Host> hosts) {
        this.hosts = hosts;
    }

    @Override
    public Host host(String service, HostFilter... filters) {
        List<Host> found = hosts(service, filters);
        if (found.isEmpty()) {
            throw none(service, filters);
        }
        return found.get(found.size() == 1 ? 0 : Math.floorMod(turn(service, filters), found.size()));
    }

    @Override
    public Host only(String service, HostFilter... filters) {
        List<Host> found = hosts(service, filters);
        if (found.isEmpty()) {
            throw none(service, filters);
        }
        if (found.size() > 1) {
            throw new NoSuchHostException(
                    "inventory: " + asked(service, filters) + ": " + shown(found) + " (expected: exactly one)");
        }
        return found.get(0);
    }

    @Override
    public List<Host> hosts(String service, HostFilter... filters) {
        return matching(host -> host.service().equals(service)
                && Arrays.stream(filters).allMatch(filter -> filter.test().test(host)));
    }

    @Override
    public List<Host> on(String hostName) {
        return matching(host -> host.name().equals(hostName));
    }

    @Override
    public List<Host> with(String property, Object value) {
        return matching(HostFilter.property(property, value).test());
    }

    @Override
    public List<Host> all() {
        return hosts;
    }

    @Override
    public Subscription onChange(Listener listener) {
        Listener own = (before, after) -> listener.changed(before, after);
        listeners.add(own);
        return () -> listeners.remove(own);
    }

    @Override
    public void close() {
        listeners.clear();
    }

    /** Takes new hosts, and tells of them unless they are the same. */
    void replace(List<Host> after) {
        List<Host> before = hosts;
        if (before.equals(after)) {
            return;
        }
        hosts = List.copyOf(after);
        log.info("inventory: changed from {} to {} hosts", before.size(), after.size());
        for (Listener listener : listeners) {
            try {
                listener.changed(before, hosts);
            } catch (RuntimeException failure) {
                log.error("inventory: a listener failed", failure);
            }
        }
    }

    private List<Host> matching(Predicate<Host> test) {
        return hosts.stream().filter(test).toList();
    }

    /** Each question takes its own turns, so that two questions do not make each other always get the same host. */
    private int turn(String service, HostFilter... filters) {
        String question = asked(service, filters);
        AtomicInteger counter = turns.get(question);
        if (counter == null) {
            String key = turns.size() < MOST_TURNS ? question : "";
            counter = turns.computeIfAbsent(key, any -> new AtomicInteger());
        }
        return counter.getAndIncrement();
    }

    private NoSuchHostException none(String service, HostFilter... filters) {
        List<Host> siblings = hosts(service);
        String there = siblings.isEmpty()
                ? "there are only the services "
                        + hosts.stream().map(Host::service).distinct().toList()
                : "there are " + shown(siblings);
        return new NoSuchHostException("inventory: " + asked(service, filters) + ": none (" + there + ")");
    }

    private static String asked(String service, HostFilter... filters) {
        return filters.length == 0
                ? service
                : service
                        + Arrays.stream(filters)
                                .map(HostFilter::description)
                                .collect(Collectors.joining(", ", " with ", ""));
    }

    private static String shown(List<Host> some) {
        return some.stream()
                .map(host -> host.address() + " " + host.properties())
                .collect(Collectors.joining(", "));
    }
}
