package dev.headroom.examples.marketplace.orders;

import dev.headroom.examples.marketplace.setup.Sql;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.mail.Mail;
import dev.headroom.queue.mail.MailJobs;
import dev.headroom.router.UsePrimary;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** Orders, and the mail that confirms each. */
public interface Orders {
    /**
     * Buys what is in the cart, at today's prices; writes the order and enqueues its mail in one transaction. A cart is bought once: who asks
     * again, or at the same time, gets the same order.
     *
     * @return the order's number
     * @throws NothingToOrderException if nothing in the cart can be bought
     */
    @UsePrimary
    long place(Buyer buyer, Cart cart);

    /** There is nothing in the cart that can be bought; the message is for the buyer. */
    final class NothingToOrderException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NothingToOrderException() {
            super("Your cart is empty.");
        }
    }

    /** A buyer's order. */
    @UsePrimary
    Optional<Order> order(Buyer buyer, long id);

    /** Orders in this database, whose mails go through this queue. */
    static Orders in(DataSource database, JobQueue queue) {
        return new JdbcOrders(database, queue);
    }

    /** The implementation. */
    final class JdbcOrders implements Orders {
        private final DataSource database;
        private final JobQueue queue;

        private JdbcOrders(DataSource database, JobQueue queue) {
            this.database = database;
            this.queue = queue;
        }

        @Override
        public long place(Buyer buyer, Cart cart) {
            try {
                return JdbcTransactions.inTransaction(database, connection -> {
                    List<Order.Line> lines = lines(connection, cart);
                    if (lines.isEmpty()) {
                        throw new NothingToOrderException();
                    }
                    Optional<Order> order = write(connection, buyer, cart.id(), lines);
                    if (order.isEmpty()) {
                        return ordered(connection, buyer, cart.id());
                    }
                    queue.in(connection).enqueue(MailJobs::send, confirmation(buyer, order.get()));
                    return order.get().id();
                });
            } catch (SQLException e) {
                throw new Sql.DatabaseException(e);
            }
        }

        @Override
        public Optional<Order> order(Buyer buyer, long id) {
            return Sql.query(
                            database,
                            "select total_cents from orders where id = ? and buyer = ?",
                            row -> row.getLong(1),
                            id,
                            buyer.name())
                    .stream()
                    .findFirst()
                    .map(total -> new Order(id, buyer.name(), total, savedLines(id)));
        }

        private List<Order.Line> savedLines(long id) {
            return Sql.query(
                    database,
                    "select product_id, title, price_cents, quantity from order_lines where order_id = ? order by product_id",
                    row -> new Order.Line(row.getLong(1), row.getString(2), row.getLong(3), row.getInt(4)),
                    id);
        }

        private static List<Order.Line> lines(Connection connection, Cart cart) throws SQLException {
            List<Order.Line> lines = new ArrayList<>();
            for (Cart.Item item : cart.items()) {
                lines.addAll(Sql.query(
                        connection,
                        "select title, price_cents from products where id = ?",
                        row -> new Order.Line(item.productId(), row.getString(1), row.getLong(2), item.quantity()),
                        item.productId()));
            }
            return lines;
        }

        private static long ordered(Connection connection, Buyer buyer, String cartId) throws SQLException {
            return Sql.query(
                            connection,
                            "select id from orders where cart_id = ? and buyer = ?",
                            row -> row.getLong(1),
                            cartId,
                            buyer.name())
                    .stream()
                    .findFirst()
                    .orElseThrow(NothingToOrderException::new);
        }

        /** Empty if the cart was bought before; one who is buying it at this moment is waited for. */
        private static Optional<Order> write(Connection connection, Buyer buyer, String cartId, List<Order.Line> lines)
                throws SQLException {
            long total = lines.stream()
                    .mapToLong(line -> line.priceCents() * line.quantity())
                    .sum();
            List<Long> ids = Sql.query(
                    connection,
                    "insert into orders (buyer, total_cents, cart_id) values (?, ?, ?) on conflict (cart_id) do nothing returning id",
                    row -> row.getLong(1),
                    buyer.name(),
                    total,
                    cartId);
            if (ids.isEmpty()) {
                return Optional.empty();
            }
            long id = ids.get(0);
            for (Order.Line line : lines) {
                Sql.update(
                        connection,
                        "insert into order_lines (order_id, product_id, title, price_cents, quantity) values (?, ?, ?, ?, ?)",
                        id,
                        line.productId(),
                        line.title(),
                        line.priceCents(),
                        line.quantity());
            }
            return Optional.of(new Order(id, buyer.name(), total, lines));
        }

        private static Mail confirmation(Buyer buyer, Order order) {
            StringBuilder text = new StringBuilder("Thank you, " + buyer.name() + ".\n\n");
            for (Order.Line line : order.lines()) {
                text.append(line.quantity())
                        .append(" × ")
                        .append(line.title())
                        .append(", ")
                        .append(Money.text(line.priceCents()))
                        .append(" each\n");
            }
            text.append("\nTotal: ").append(Money.text(order.totalCents())).append('\n');
            return Mail.to(buyer.mail()).subject("Your order " + order.id()).text(text.toString());
        }
    }
}
