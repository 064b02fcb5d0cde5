package dev.headroom.examples.marketplace.orders;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What somebody means to buy; kept in the session, so that any server has it. Immutable.
 *
 * @param id what an order is known by, so that a cart is bought once however often the button is pressed; none while nothing was put in
 * @param items in the order in which they were put in
 */
public record Cart(String id, List<Item> items) {
    /** The session attribute. */
    public static final String ATTRIBUTE = "cart";

    /** Nothing yet. */
    public static final Cart EMPTY = new Cart("", List.of());

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
        return new Cart(id.isEmpty() ? UUID.randomUUID().toString() : id, changed);
    }

    /** Without the product. */
    public Cart minus(long productId) {
        return new Cart(
                id, items.stream().filter(item -> item.productId() != productId).toList());
    }

    /** What was put in after the other, which was bought; a cart of its own. */
    public Cart after(Cart bought) {
        Map<Long, Integer> before = bought.items.stream().collect(Collectors.toMap(Item::productId, Item::quantity));
        List<Item> left = items.stream()
                .map(item -> new Item(item.productId(), item.quantity() - before.getOrDefault(item.productId(), 0)))
                .filter(item -> item.quantity() > 0)
                .toList();
        return left.isEmpty() ? EMPTY : new Cart(UUID.randomUUID().toString(), left);
    }

    /** How many things there are in all. */
    public int count() {
        return items.stream().mapToInt(Item::quantity).sum();
    }
}
