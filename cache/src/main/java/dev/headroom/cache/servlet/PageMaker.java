package dev.headroom.cache.servlet;

import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.servlet.StoredPage.Kind;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a page of what was rendered. */
final class PageMaker {
    private PageMaker() {}

    /** The page; one that is kept gets an {@code ETag} unless it has one. */
    static StoredPage page(PageResponse rendered, Optional<EntryOptions> kept) {
        byte[] body = rendered.body();
        Map<String, List<String>> headers = rendered.headers().ofThePage();
        int status = rendered.headers().status();
        if (kept.isPresent() && status == 200 && !headers.containsKey("ETag")) {
            headers.put("ETag", List.of(tag(body)));
        }
        Duration fresh = kept.map(EntryOptions::fresh).orElse(Duration.ZERO);
        Duration stale = kept.map(EntryOptions::staleWhileRevalidate).orElse(Duration.ZERO);
        return new StoredPage(
                Kind.PAGE,
                status,
                Map.copyOf(headers),
                body,
                PagePolicy.vary(headers),
                "",
                fresh,
                fresh.plus(stale),
                rendered.headers().beside());
    }

    /** Weak, for what is outside of this filter may compress the page. */
    private static String tag(byte[] body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
            return "W/\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 16)) + "\"";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
