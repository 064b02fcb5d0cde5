package dev.headroom.session;

import jakarta.servlet.http.HttpSession;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The shared session behind an {@link HttpSession}: what the servlet API has no words for.
 *
 * <p>{@code setAttribute} is last-write-wins per attribute. {@link #update} is for values that several requests change at the same time, such as
 * a cart: the function runs on the newest value, and again if another server was faster, until its result is stored.
 *
 * <pre>{@code
 * SharedSession.of(request.getSession()).update("cart", Cart.class, cart -> (cart == null ? Cart.EMPTY : cart).add(item));
 * }</pre>
 */
public interface SharedSession {
    /**
     * The shared session behind this one.
     *
     * @throws IllegalArgumentException if {@link SharedSessionFilter} did not make it
     */
    static SharedSession of(HttpSession session) {
        if (session instanceof SharedSession shared) {
            return shared;
        }
        throw new IllegalArgumentException("session: " + session.getClass().getName()
                + " (expected: one made by SharedSessionFilter, which is not in front)");
    }

    /** The attribute's value if it has this type, else null. */
    <T> @Nullable T get(String name, Class<T> type);

    /**
     * Changes an attribute to what the function makes of it, atomically over all servers. Applied at once to what this request sees, and
     * applied again, to the newest value, when the session is saved and somebody else changed it meanwhile.
     *
     * @param change gets the value, null if there is none or it has another type, and returns the new one, null to remove it; without side
     *     effects, for it may run several times; must not change its argument in place
     * @return the new value as this request sees it
     */
    <T> @Nullable T update(String name, Class<T> type, UnaryOperator<@Nullable T> change);
}
