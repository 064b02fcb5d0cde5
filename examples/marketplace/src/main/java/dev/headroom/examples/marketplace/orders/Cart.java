package dev.headroom.examples.marketplace.orders;

import java.util.ArrayList;
import java.util.List;

/**
 * What somebody means to buy; kept in the session, so that any server has it. Immutable.
 *
 * @param items in the order in which they were put in
 */
public record Cart(List<Item> items) {
    /** The session attribute. */
    public static final String ATTRIBUTE = "cart";

    /** Nothing yet. */
    public static final Cart EMPTY = new Cart(List.of());

    private static final int MOST_ITEMS = 100;
    private static final int MOST_OF_ONE = 99;

    /** Copies the items. */
    public Cart {
        items = List.copyOf(items);
    }

    /** A product and how many of it. */
    public record Item(long productId, int quantity) {}

    /** One more of the product; full carts stay as they are. */
    public Cart plus(long productId) {
        List<Item> changed = new ArrayList<>();
        boolean found = false;
        for (Item item : items) {
            boolean same = item.productId() == productId;
            found |= same;
            changed.add(same ? new Item(productId, Math.min(MOST_OF_ONE, item.quantity() + 1)) : item);
        }
        if (!found && items.size() < MOST_ITEMS) {
            changed.add(new Item(productId, 1));
        }
        return new Cart(changed);
    }

    /** Without the product. */
    public Cart minus(long productId) {
        return new Cart(
                items.stream().filter(item -> item.productId() != productId).toList());
    }

    /** How many things there are in all. */
    public int count() {
        return items.stream().mapToInt(Item::quantity).sum();
    }
}
