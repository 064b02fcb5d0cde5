package dev.headroom.cache.servlet;

import dev.headroom.cache.CacheTimeoutException;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.LoadContext;
import dev.headroom.cache.Lookup;
import dev.headroom.cache.servlet.FrozenSources.Source;
import dev.headroom.cache.servlet.Rendering.Outcome;
import dev.headroom.cache.servlet.StoredPage.Kind;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request's way to a page.
 *
 * <p>A page is rendered on the thread of the request that it is rendered for, for a request is of no use on another thread. A stale page
 * is sent before its refresh is rendered, so this visitor does not wait either. Requests for a page that is being rendered wait at
 * {@link Rendering} rather than in the cache: so they can be let go as soon as it is clear that the page can't be kept.
 */
final class PageVisit {
    private static final Logger LOG = LoggerFactory.getLogger(PageCache.class);

    private final PageStore store;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final FilterChain chain;
    private final Optional<Source> frozen;
    private final String base;
    private final Thread thread = Thread.currentThread();

    private boolean answered;
    private @Nullable StoredPage rendered;
    /** An error of the visitor's, such as 404, that the application has sent. */
    private @Nullable PageResponse refused;
    /** An error of the application's: 500 and above. */
    private @Nullable PageResponse broken;

    private @Nullable Throwable thrown;
    private boolean streamed;
    /** By what the address was known to vary. */
    private List<String> known = List.of();

    PageVisit(PageStore store, HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
        this.store = store;
        this.request = request;
        this.response = response;
        this.chain = chain;
        this.frozen = store.frozen().of(request);
        String key = store.keys().of(request);
        this.base = frozen.map(source -> "frozen " + source.id() + " " + key).orElse(key);
    }

    void run() throws IOException, ServletException {
        StoredPage page = fetch(base);
        String key = base;
        if (page != null && rendered == null && page.kind() == Kind.VARIANTS) {
            known = page.vary();
            key = PageKeys.variant(base, page, request);
            page = fetch(key);
        }
        if (streamed && thrown != null) {
            Thrown.again(thrown);
        }
        if (page == null || answered) {
            return;
        }
        if (rendered != null) {
            send(rendered, Duration.ZERO, PageResult.MISS);
        } else if (refused != null) {
            store.count(PageResult.PASS);
            error(refused);
        } else if (page.kind() == Kind.PAGE) {
            // Another instance may have rendered it meanwhile.
            Lookup<StoredPage> held = page(key);
            StoredPage latest = held == null || held.value() == null ? page : held.value();
            send(
                    latest,
                    held == null ? Duration.ZERO : held.age(),
                    frozen.isPresent() ? PageResult.FROZEN : PageResult.HIT);
        } else {
            pass();
        }
    }

    /** The page that is held under a key, if it is one. */
    private @Nullable Lookup<StoredPage> page(String key) {
        return store.cache()
                .peek(key)
                .filter(lookup -> lookup.value() != null && lookup.value().kind() == Kind.PAGE)
                .orElse(null);
    }

    private void pass() throws IOException, ServletException {
        store.count(PageResult.PASS);
        response.setHeader(PageSender.X_CACHE, PageResult.PASS.name());
        chain.doFilter(request, response);
    }

    private void send(StoredPage page, Duration age, PageResult result) throws IOException {
        boolean stale = result == PageResult.HIT && age.compareTo(page.fresh()) >= 0;
        PageResult shown = stale ? PageResult.STALE : result;
        store.count(shown);
        answered = true;
        PageSender.send(page, age, shown.name(), request, response);
    }

    /** What is kept under a key; null if this request has been answered. */
    private @Nullable StoredPage fetch(String key) throws IOException, ServletException {
        Lookup<StoredPage> seen = store.cache().peek(key).orElse(null);
        if (servable(seen) || !store.coalesces()) {
            return ask(key, new Rendering());
        }
        Rendering mine = new Rendering();
        Rendering other = store.renderings().putIfAbsent(key, mine);
        if (other != null) {
            return join(key, other);
        }
        boolean covered = false;
        try {
            StoredPage page = ask(key, mine);
            covered = page != null;
            return page;
        } finally {
            store.renderings().remove(key, mine);
            mine.settle(covered ? Outcome.READY : Outcome.FAILED);
        }
    }

    /** Whether what is kept may be served before it is rendered anew. */
    private static boolean servable(@Nullable Lookup<StoredPage> seen) {
        if (seen == null) {
            return false;
        }
        StoredPage page = seen.value();
        return page != null && (seen.state() == Lookup.State.FRESH || seen.age().compareTo(page.servable()) < 0);
    }

    private @Nullable StoredPage join(String key, Rendering other) throws IOException, ServletException {
        store.coalesced();
        Outcome outcome = other.await(store.options().waitAtMost());
        switch (outcome) {
            case READY:
                return ask(key, new Rendering());
            case PASS:
                return StoredPage.pass();
            default:
                refuse();
                return null;
        }
    }

    private void refuse() throws IOException {
        store.count(PageResult.REFUSED);
        answered = true;
        response.setHeader("Retry-After", "1");
        response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    }

    private @Nullable StoredPage ask(String key, Rendering mine) throws IOException, ServletException {
        try {
            return store.cache().get(key, (k, load) -> render(k, mine, load));
        } catch (CacheTimeoutException late) {
            refuse();
            return null;
        } catch (RenderingFailedException uncovered) {
            answer();
            return null;
        }
    }

    /** Nothing stale could cover the failure: the visitor gets it as it is. */
    private void answer() throws IOException, ServletException {
        if (answered) {
            return;
        }
        store.count(PageResult.FAILED);
        if (broken != null) {
            error(broken);
        } else if (thrown != null) {
            Thrown.again(thrown);
        } else {
            // Another request of this JVM has rendered it, in the cache's own flight.
            refuse();
        }
    }

    /** Sends an error as the application has it. */
    private void error(PageResponse error) throws IOException {
        error.headers().copyTo(response);
        if (error.error() != 0) {
            response.sendError(error.error(), error.errorMessage());
        } else {
            byte[] body = error.body();
            response.setContentLengthLong(body.length);
            response.getOutputStream().write(body);
        }
    }

    private StoredPage render(String key, Rendering mine, LoadContext<StoredPage> load) throws IOException {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("page cache: a page is rendered on its request's thread alone");
        }
        Lookup<StoredPage> seen = page(key);
        StoredPage stale = seen == null ? null : seen.value();
        if (seen != null && stale != null && !answered && servable(seen)) {
            PageSender.beforeTheRequestEnds(stale, request, response);
            send(stale, seen.age(), PageResult.HIT);
            // A flush would not do: what compresses outside of this filter knows the end of the page only so.
            response.getOutputStream().close();
        }
        PageResponse out = new PageResponse(response, store.options().maximumBody(), answered, () -> {
            streamed = !answered;
            answered = true;
            store.cache().put(key, StoredPage.pass(), store.passing());
            mine.settle(Outcome.PASS);
        });
        PageRequest in = new PageRequest(request, out);
        out.mayBeKept(() -> judge(in, out).isPresent());
        try {
            chain.doFilter(in, out);
        } catch (Exception failure) {
            throw failed(failure);
        }
        return finish(key, in, out, load);
    }

    private RenderingFailedException failed(Throwable failure) {
        thrown = failure;
        LOG.warn("page cache: rendering {} failed", base, failure);
        return new RenderingFailedException("rendering failed", failure);
    }

    private StoredPage finish(String key, PageRequest in, PageResponse out, LoadContext<StoredPage> load) {
        if (!out.finish()) {
            store.count(PageResult.PASS);
            load.doNotCache();
            return StoredPage.pass();
        }
        int status = out.headers().status();
        if (status >= 500) {
            broken = out;
            RenderingFailedException failure = new RenderingFailedException("status " + status, null);
            thrown = failure;
            throw failure;
        }
        Optional<EntryOptions> kept = judge(in, out);
        if (out.error() != 0) {
            refused = out;
        } else if (!answered) {
            rendered = PageMaker.page(out, kept);
        }
        if (kept.isEmpty()) {
            if (rendered != null) {
                out.headers().copyCookiesTo(response);
            }
            load.options(store.passing());
            return StoredPage.pass();
        }
        return keep(key, PageMaker.page(out, kept), kept.get(), load);
    }

    private StoredPage keep(String key, StoredPage page, EntryOptions options, LoadContext<StoredPage> load) {
        boolean isBase = key.equals(base);
        if (!isBase && !known.containsAll(page.vary())) {
            // It varies by more than its key has; the next rendering of the address tells the variants anew.
            store.invalidate(base);
            load.doNotCache();
            return page;
        }
        if (page.vary().isEmpty() || !isBase) {
            load.options(options);
            return page;
        }
        StoredPage variants = StoredPage.variants(page.vary(), store.generation());
        store.cache().put(PageKeys.variant(base, variants, request), page, options);
        load.options(store.lasting());
        return variants;
    }

    private Optional<EntryOptions> judge(PageRequest in, PageResponse out) {
        if (in.personal() || out.error() != 0) {
            return Optional.empty();
        }
        return store.policy().judge(out.headers().status(), out.headers().all(), in, frozen.map(store.frozen()::left));
    }
}
