package dev.headroom.examples.marketplace.web;

import dev.headroom.examples.marketplace.catalog.Catalog;
import dev.headroom.examples.marketplace.catalog.Product;
import dev.headroom.examples.marketplace.images.ThumbnailSize;
import dev.headroom.examples.marketplace.images.Thumbnails;
import dev.headroom.examples.marketplace.photos.Photos;
import dev.headroom.storage.BlobRead;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Serves {@code /images/{product}/{size}}: the small picture once it is made, and a placeholder and a word not to keep it until then.
 * Browsers keep the picture for ever if the address says which photograph they mean, as those in our pages do, else for a minute.
 */
final class ImageServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Set<String> SIZES =
            Thumbnails.SIZES.stream().map(ThumbnailSize::name).collect(Collectors.toSet());
    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final String A_MINUTE = "public, max-age=60";
    private static final String PLACEHOLDER = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120"><rect width="120" height="120" fill="#e7e2d8"/>
            <path d="M30 82l20-26 14 17 10-12 18 21z" fill="#b9b09c"/><circle cx="78" cy="44" r="8" fill="#b9b09c"/></svg>
            """;

    private final transient Catalog catalog;
    private final transient Photos photos;

    ImageServlet(Catalog catalog, Photos photos) {
        this.catalog = catalog;
        this.photos = photos;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String[] parts = Optional.ofNullable(request.getPathInfo()).orElse("/").split("/");
        Optional<Product> product = parts.length == 3 && SIZES.contains(parts[2])
                ? Ids.parse(parts[1]).flatMap(catalog::product)
                : Optional.empty();
        if (product.isEmpty()) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        Optional<BlobRead> small = photos.small(product.get().photo(), parts[2]);
        if (small.isEmpty()) {
            placeholder(response);
            return;
        }
        try (BlobRead picture = small.get()) {
            response.setContentType(picture.info().contentType());
            response.setContentLengthLong(picture.info().size());
            boolean exact = product.get().photoVersion().equals(request.getParameter("v"));
            response.setHeader("Cache-Control", exact ? FOR_EVER : A_MINUTE);
            picture.transferTo(response.getOutputStream());
        }
    }

    private static void placeholder(HttpServletResponse response) throws IOException {
        response.setContentType("image/svg+xml");
        response.setHeader("Cache-Control", "no-store");
        response.getWriter().write(PLACEHOLDER);
    }
}
