package dev.headroom.examples.marketplace.web;

import dev.headroom.examples.marketplace.orders.Buyer;
import dev.headroom.examples.marketplace.orders.Cart;
import dev.headroom.session.SharedSession;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.Optional;

/**
 * Who looks at a page, as far as the session knows; nobody needs to be known to look around, fill a cart or offer something.
 *
 * @param buyer logged in, if so
 * @param sellerId a seller, if something was offered
 */
public record Visitor(Optional<Buyer> buyer, Optional<Long> sellerId, Cart cart) {
    private static final String BUYER = "buyer";
    private static final String SELLER = "seller";

    /** Reads the session; makes none. */
    static Visitor of(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return new Visitor(Optional.empty(), Optional.empty(), Cart.EMPTY);
        }
        SharedSession shared = SharedSession.of(session);
        return new Visitor(
                Optional.ofNullable(shared.get(BUYER, String.class)).flatMap(Buyer::named),
                Optional.ofNullable(shared.get(SELLER, Long.class)),
                Optional.ofNullable(shared.get(Cart.ATTRIBUTE, Cart.class)).orElse(Cart.EMPTY));
    }

    /** Remembers who was logged in, under a new session id. */
    static void logIn(HttpServletRequest request, Buyer buyer) {
        request.getSession();
        request.changeSessionId();
        request.getSession().setAttribute(BUYER, buyer.name());
    }

    /** Remembers which seller this is. */
    static void sells(HttpServletRequest request, long sellerId) {
        request.getSession().setAttribute(SELLER, sellerId);
    }
}
