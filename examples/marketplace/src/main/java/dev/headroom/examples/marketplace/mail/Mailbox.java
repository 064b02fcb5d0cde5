package dev.headroom.examples.marketplace.mail;

import dev.headroom.examples.marketplace.setup.Sql;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** The mails that were received, in the database, so that every instance shows them all. */
public final class Mailbox {
    private static final int SHOWN = 50;

    private final DataSource database;

    /** The mailbox in this database. */
    public Mailbox(DataSource database) {
        this.database = database;
    }

    /** A mail. */
    public record Received(String id, String to, String subject, String text) {}

    /** Keeps a mail, once, however often it arrives. */
    public void add(Received mail) {
        try {
            JdbcTransactions.runInTransaction(
                    database,
                    connection -> Sql.update(
                            connection,
                            "insert into mails (message_id, recipient, subject, body) values (?, ?, ?, ?) on conflict do nothing",
                            mail.id(),
                            mail.to(),
                            mail.subject(),
                            mail.text()));
        } catch (SQLException e) {
            throw new Sql.DatabaseException(e);
        }
    }

    /** The newest mails, newest first. */
    public List<Received> newest() {
        return Sql.query(
                database,
                "select message_id, recipient, subject, body from mails order by received_at desc limit ?",
                row -> new Received(row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
                SHOWN);
    }
}
