package dev.headroom.examples.marketplace.web;

import dev.headroom.examples.marketplace.catalog.Catalog;
import dev.headroom.examples.marketplace.catalog.Product;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The pages to look around: the front page, a search, a product, a seller. */
final class Pages extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_SEARCH = 100;

    private final transient Catalog catalog;
    private final transient Views views;

    Pages(Catalog catalog, Views views) {
        this.catalog = catalog;
        this.views = views;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getServletPath()
                + Optional.ofNullable(request.getPathInfo()).orElse("");
        Optional<Long> id = Ids.last(path);
        if (path.isEmpty() || path.equals("/")) {
            views.send(request, response, "products", "title", "New today", "products", catalog.newest());
        } else if (path.equals("/search")) {
            search(request, response);
        } else if (path.equals("/sell")) {
            views.send(request, response, "sell", "problems", List.of());
        } else if (path.startsWith("/products/") && id.isPresent()) {
            product(request, response, catalog.product(id.get()));
        } else if (path.startsWith("/sellers/") && id.isPresent()) {
            seller(request, response, id.get());
        } else {
            notFound(request, response);
        }
    }

    private void search(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String words = Optional.ofNullable(request.getParameter("q")).orElse("").strip();
        if (Texts.hasControlCharacters(words)) {
            views.message(
                    request,
                    response,
                    HttpServletResponse.SC_BAD_REQUEST,
                    "Not like this",
                    "A search has no control characters in it.");
            return;
        }
        if (words.length() > LONGEST_SEARCH) {
            words = words.substring(0, LONGEST_SEARCH);
        }
        List<Product> found = words.isEmpty() ? List.of() : catalog.search(words);
        views.send(request, response, "products", "title", "Search: " + words, "products", found, "query", words);
    }

    private void product(HttpServletRequest request, HttpServletResponse response, Optional<Product> product)
            throws IOException {
        if (product.isEmpty()) {
            notFound(request, response);
            return;
        }
        views.send(request, response, "product", "product", product.get(), "related", catalog.related(product.get()));
    }

    private void seller(HttpServletRequest request, HttpServletResponse response, long id) throws IOException {
        Optional<String> name = catalog.sellerName(id);
        if (name.isEmpty()) {
            notFound(request, response);
            return;
        }
        views.send(
                request, response, "products", "title", "Offered by " + name.get(), "products", catalog.ofSeller(id));
    }

    private void notFound(HttpServletRequest request, HttpServletResponse response) throws IOException {
        views.message(request, response, HttpServletResponse.SC_NOT_FOUND, "Not here", "There is no such page.");
    }
}
