package dev.headroom.examples.marketplace.catalog;

import dev.headroom.examples.marketplace.photos.PhotoJobs;
import dev.headroom.examples.marketplace.photos.PhotoJobs.MakeSmall;
import dev.headroom.examples.marketplace.setup.Sql;
import dev.headroom.queue.JobQueue;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Puts products up for sale. */
public final class Offers {
    private final DataSource database;
    private final JobQueue queue;

    /** Offers in this database, whose photographs are made small by this queue. */
    public Offers(DataSource database, JobQueue queue) {
        this.database = database;
        this.queue = queue;
    }

    /** Makes somebody a seller. */
    public long newSeller(String name) {
        try {
            return JdbcTransactions.inTransaction(
                    database,
                    connection -> Sql.query(
                                    connection,
                                    "insert into sellers (name) values (?) returning id",
                                    row -> row.getLong(1),
                                    name)
                            .get(0));
        } catch (SQLException e) {
            throw new Sql.DatabaseException(e);
        }
    }

    /** Writes the product and enqueues the job that makes its photograph small: both or neither. */
    public long offer(NewProduct product) {
        try {
            return JdbcTransactions.inTransaction(database, connection -> {
                long id = Sql.query(
                                connection,
                                "insert into products (seller_id, title, price_cents, photo) values (?, ?, ?, ?) returning id",
                                row -> row.getLong(1),
                                product.sellerId(),
                                product.title(),
                                product.priceCents(),
                                product.photo())
                        .get(0);
                queue.in(connection).enqueue(PhotoJobs::makeSmall, new MakeSmall(id, product.photo()));
                return id;
            });
        } catch (SQLException e) {
            throw new Sql.DatabaseException(e);
        }
    }
}
