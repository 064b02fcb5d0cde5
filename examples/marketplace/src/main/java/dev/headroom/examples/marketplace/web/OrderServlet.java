package dev.headroom.examples.marketplace.web;

import dev.headroom.examples.marketplace.orders.Buyer;
import dev.headroom.examples.marketplace.orders.Cart;
import dev.headroom.examples.marketplace.orders.Order;
import dev.headroom.examples.marketplace.orders.Orders;
import dev.headroom.servlet.IdentityCookie;
import dev.headroom.session.SharedSession;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/** Buys what is in the cart, for one of the demo users. */
final class OrderServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Orders orders;
    private final transient IdentityCookie identity;
    private final transient Views views;

    OrderServlet(Orders orders, IdentityCookie identity, Views views) {
        this.orders = orders;
        this.identity = identity;
        this.views = views;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<Order> order = Ids.last(
                        Optional.ofNullable(request.getPathInfo()).orElse(""))
                .flatMap(id -> Visitor.of(request).buyer().flatMap(buyer -> orders.order(buyer, id)));
        if (order.isEmpty()) {
            views.message(
                    request,
                    response,
                    HttpServletResponse.SC_NOT_FOUND,
                    "Not here",
                    "There is no such order of yours.");
            return;
        }
        views.send(request, response, "order", "order", order.get());
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<Buyer> buyer = Optional.ofNullable(request.getParameter("user"))
                .flatMap(Buyer::named)
                .or(() -> Visitor.of(request).buyer());
        if (buyer.isEmpty()) {
            views.message(
                    request,
                    response,
                    HttpServletResponse.SC_BAD_REQUEST,
                    "Who are you?",
                    "Ordering needs one of the demo users: user=ana or user=ben.");
            return;
        }
        logIn(request, response, buyer.get());
        try {
            Cart cart = Visitor.of(request).cart();
            long id = orders.place(buyer.get(), cart);
            empty(request, cart);
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", request.getContextPath() + "/orders/" + id);
        } catch (Orders.NothingToOrderException e) {
            views.message(
                    request,
                    response,
                    HttpServletResponse.SC_BAD_REQUEST,
                    "Nothing to order",
                    String.valueOf(e.getMessage()));
        }
    }

    /** What was put in meanwhile stays. */
    private static void empty(HttpServletRequest request, Cart bought) {
        SharedSession.of(request.getSession()).update(Cart.ATTRIBUTE, Cart.class, cart -> {
            Cart left = cart == null ? Cart.EMPTY : cart.after(bought);
            return left.items().isEmpty() ? null : left;
        });
    }

    private void logIn(HttpServletRequest request, HttpServletResponse response, Buyer buyer) {
        if (!Visitor.of(request).buyer().equals(Optional.of(buyer))) {
            Visitor.logIn(request, buyer);
            identity.set(request, response, buyer.name(), buyer.tier());
        }
    }
}
