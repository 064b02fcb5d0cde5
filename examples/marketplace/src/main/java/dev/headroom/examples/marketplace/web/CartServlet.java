package dev.headroom.examples.marketplace.web;

import dev.headroom.examples.marketplace.catalog.Catalog;
import dev.headroom.examples.marketplace.catalog.Product;
import dev.headroom.examples.marketplace.orders.Buyer;
import dev.headroom.examples.marketplace.orders.Cart;
import dev.headroom.examples.marketplace.orders.Order;
import dev.headroom.session.SharedSession;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The cart: shown, filled and emptied; clicks that arrive together on two servers are all counted. */
final class CartServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Catalog catalog;
    private final transient Views views;

    CartServlet(Catalog catalog, Views views) {
        this.catalog = catalog;
        this.views = views;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        List<Order.Line> lines = Visitor.of(request).cart().items().stream()
                .flatMap(item -> catalog
                        .product(item.productId())
                        .map(product ->
                                new Order.Line(product.id(), product.title(), product.priceCents(), item.quantity()))
                        .stream())
                .toList();
        long total = lines.stream()
                .mapToLong(line -> line.priceCents() * line.quantity())
                .sum();
        views.send(request, response, "cart", "lines", lines, "totalCents", total, "buyers", Buyer.ALL);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<Product> product = Ids.parse(request.getParameter("product")).flatMap(catalog::product);
        if (product.isEmpty()) {
            views.message(
                    request,
                    response,
                    HttpServletResponse.SC_BAD_REQUEST,
                    "Not on offer",
                    "There is no such product: product="
                            + Optional.ofNullable(request.getParameter("product"))
                                    .orElse("")
                            + ".");
            return;
        }
        long id = product.get().id();
        boolean remove = "remove".equals(request.getParameter("do"));
        SharedSession.of(request.getSession()).update(Cart.ATTRIBUTE, Cart.class, cart -> {
            Cart before = cart == null ? Cart.EMPTY : cart;
            return remove ? before.minus(id) : before.plus(id);
        });
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", request.getContextPath() + "/cart");
    }
}
