package dev.headroom.examples.boot4;

import dev.headroom.Headroom;
import dev.headroom.queue.JobQueue;
import dev.headroom.transaction.Transactions;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** A service with an annotation of Spring's and one of Headroom's. */
@Service
public class Products {
    private final JdbcTemplate jdbc;
    private final Transactions transactions;
    private final Audit audit;
    private final JobQueue queue;

    Products(JdbcTemplate jdbc, Headroom headroom, Audit audit, JobQueue queue) {
        this.jdbc = jdbc;
        this.transactions = headroom.contracts().transactions();
        this.audit = audit;
        this.queue = queue;
    }

    /** Adds a product; what is to happen after the commit is dropped on rollback, and so is its job. */
    @Audited("'add ' + #name")
    @Transactional
    public void add(String name) {
        jdbc.update("insert into product (name) values (?)", name);
        transactions.afterCommit(null, () -> audit.note("committed " + name));
        audit.note("inserted " + name);
        queue.enqueue(Labels::print, new Labels.Label(name));
        if (name.startsWith("bad")) {
            throw new IllegalArgumentException(name);
        }
    }

    /** How many there are. */
    public long count() {
        Long count = jdbc.queryForObject("select count(*) from product", Long.class);
        return count == null ? 0 : count;
    }
}
