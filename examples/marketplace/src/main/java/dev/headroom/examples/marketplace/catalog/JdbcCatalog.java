package dev.headroom.examples.marketplace.catalog;

import dev.headroom.examples.marketplace.setup.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** The catalog in the database. */
public final class JdbcCatalog implements Catalog {
    private static final int PAGE = 48;
    private static final int MOST_WORDS = 10;
    private static final String SELECT = """
            select p.id, p.seller_id, s.name, p.title, p.price_cents, p.photo, p.photo_ready, p.created_at,
                p.photo_failed
            from products p join sellers s on s.id = p.seller_id
            """;

    private final DataSource database;

    /** The catalog in this database. */
    public JdbcCatalog(DataSource database) {
        this.database = database;
    }

    @Override
    public List<Product> newest() {
        return Sql.query(database, SELECT + "order by p.id desc limit ?", JdbcCatalog::product, PAGE);
    }

    @Override
    public Optional<Product> product(long id) {
        return Sql.query(database, SELECT + "where p.id = ?", JdbcCatalog::product, id).stream()
                .findFirst();
    }

    @Override
    public List<Product> search(String words) {
        List<Object> parameters = Arrays.stream(words.strip().split("\\s+"))
                .limit(MOST_WORDS)
                .map(JdbcCatalog::containing)
                .collect(Collectors.toList());
        String each = String.join(" and ", Collections.nCopies(parameters.size(), "p.title ilike ?"));
        parameters.add(PAGE);
        return Sql.query(
                database,
                SELECT + "where " + each + " order by p.id desc limit ?",
                JdbcCatalog::product,
                parameters.toArray());
    }

    private static String containing(String word) {
        return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    @Override
    public List<Product> ofSeller(long sellerId) {
        return Sql.query(
                database,
                SELECT + "where p.seller_id = ? order by p.id desc limit ?",
                JdbcCatalog::product,
                sellerId,
                PAGE);
    }

    @Override
    public Optional<String> sellerName(long sellerId) {
        return Sql.query(database, "select name from sellers where id = ?", row -> row.getString(1), sellerId).stream()
                .findFirst();
    }

    @Override
    public List<Product> related(Product product) {
        return Sql.query(
                database,
                SELECT + "where p.seller_id = ? and p.id <> ? order by p.id desc limit 4",
                JdbcCatalog::product,
                product.sellerId(),
                product.id());
    }

    private static Product product(ResultSet row) throws SQLException {
        return new Product(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                row.getString(6),
                row.getBoolean(7),
                row.getTimestamp(8).toInstant(),
                row.getBoolean(9));
    }
}
