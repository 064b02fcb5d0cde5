package dev.headroom.router.internal;

import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.RequestContext;
import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.MethodSite;
import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.Routers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Several routers, by the names of their clusters. */
public final class RouterGroup implements Routers {
    private final Map<String, Router> routers = new LinkedHashMap<>();
    private final Router first;
    private final ThreadLocal<@Nullable Router> chosen = new ThreadLocal<>();
    private final GroupConsistency consistency;
    private final DataSource dataSource = new RoutedDataSource(this::chosen, "RoutedDataSource[routers]");

    private RouterGroup(List<ReplicaRouter> members) {
        for (ReplicaRouter member : members) {
            if (!(member instanceof Router router)) {
                throw new ConfigurationException("router", member, "one that ReplicaRouter.builder() has built");
            }
            Checks.that(
                    routers.putIfAbsent(router.cluster(), router) == null,
                    "router",
                    router.cluster(),
                    "a name that no other router has");
        }
        this.first = routers.values().iterator().next();
        this.consistency = new GroupConsistency(List.copyOf(routers.values()));
        routers.values().forEach(router -> router.positions().codec().among(consistency));
    }

    /** These routers; the first is the default. */
    public static RouterGroup of(ReplicaRouter first, List<ReplicaRouter> others) {
        List<ReplicaRouter> members = new ArrayList<>();
        members.add(Checks.present("router", first));
        others.forEach(other -> members.add(Checks.present("router", other)));
        return new RouterGroup(members);
    }

    @Override
    public String name() {
        return "routers";
    }

    @Override
    public List<String> clusters() {
        return List.copyOf(routers.keySet());
    }

    @Override
    public ReplicaRouter get(String cluster) {
        return router(cluster);
    }

    private Router router(String cluster) {
        Router router = routers.get(Checks.present("cluster", cluster));
        if (router == null) {
            throw new ConfigurationException("cluster", cluster, "one of " + routers.keySet());
        }
        return router;
    }

    @Override
    public DataSource dataSource() {
        return dataSource;
    }

    @Override
    public String current() {
        return chosen().cluster();
    }

    private Router chosen() {
        Router router = chosen.get();
        return router == null ? first : router;
    }

    @Override
    public <T extends @Nullable Object> T within(String cluster, Callable<T> call) throws Exception {
        return this.<T, Exception>within(router(cluster), call::call);
    }

    private <T extends @Nullable Object, X extends Throwable> T within(Router router, ReadAttempt.Body<T, X> body)
            throws X {
        Router before = chosen.get();
        chosen.set(router);
        try {
            return body.run();
        } finally {
            if (before == null) {
                chosen.remove();
            } else {
                chosen.set(before);
            }
        }
    }

    @Override
    public Consistency consistency() {
        return consistency;
    }

    @Override
    public ConsistencyToken admit(String untrusted) {
        return consistency.admit(untrusted, positionLife());
    }

    @Override
    public ConsistencyToken written() {
        return consistency.written();
    }

    @Override
    public ConsistencyToken newest(ConsistencyToken written) {
        return consistency.newest(written);
    }

    @Override
    public Duration positionLife() {
        return routers.values().stream()
                .map(Router::positionLife)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    @Override
    public boolean byTime() {
        return routers.values().stream().anyMatch(Router::byTime);
    }

    /** The current request has written up to the token, which is one of ours. */
    public void wrote(ConsistencyToken token) {
        consistency.wrote(token);
    }

    /** The request, which is not open yet, begins where the current one is, or the thread. What is not known yet is asked for when it is needed. */
    public void takeAlong(RequestContext request) {
        consistency.takeAlong(request);
    }

    /** What such a request has done is the current one's, or the thread's, which so sees it. */
    public void giveBack(RequestContext request) {
        consistency.giveBack(request);
    }

    @Override
    public void contribute(Contributions to) {
        RouterParts.contributeAnnotations(to);
        to.interceptor(new ClusterInterceptor());
        to.consistency(consistency).transactionHook(first.transactionHook());
        List<Cluster> all = new ArrayList<>();
        for (Router router : routers.values()) {
            router.contributeOwn(to);
            all.add(router.nodesOf());
        }
        if (all.stream().anyMatch(Cluster::replicated)) {
            RouterParts.contributeFilter(first.options(), this, name(), to);
        }
        RouterParts.contributeSignals(all, to);
    }

    @Override
    public void connect(Contracts contracts) {
        routers.values().forEach(router -> router.connect(contracts));
    }

    @Override
    public void close() {
        routers.values().forEach(Router::close);
    }

    @Override
    public String toString() {
        return "Routers" + routers.values();
    }

    /** Runs annotated methods in their cluster. */
    private final class ClusterInterceptor implements Interceptor<dev.headroom.router.Cluster> {
        @Override
        public Class<dev.headroom.router.Cluster> annotation() {
            return dev.headroom.router.Cluster.class;
        }

        @Override
        public InterceptorSlot slot() {
            return InterceptorSlot.ROUTE;
        }

        @Override
        @SuppressWarnings("NullAway") // a body may return null, as its type says
        public Advice compile(dev.headroom.router.Cluster annotation, MethodSite site) {
            Router router = router(annotation.value());
            return invocation -> RouterGroup.this.<@Nullable Object, Throwable>within(router, invocation::proceed);
        }
    }
}
