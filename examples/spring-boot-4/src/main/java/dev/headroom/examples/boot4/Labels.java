package dev.headroom.examples.boot4;

import dev.headroom.queue.Job;
import dev.headroom.queue.JobContext;
import dev.headroom.queue.Tx;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;

/** What is done about a product when its transaction has committed, by jobs. */
@Service
public class Labels {
    private final JdbcTemplate jdbc;
    private final Audit audit;

    Labels(JdbcTemplate jdbc, Audit audit) {
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /** Of which product. */
    public record Label(String product) {}

    /** Once for each product: the row, the job's end and what it enqueues are one transaction. */
    @Job(name = "label.print", tx = Tx.COMPLETE_IN_TX)
    public void print(Label label, JobContext job) {
        jdbc.update("insert into label (product) values (?)", label.product());
        job.jobQueue().enqueue(Labels::announce, label);
    }

    /** At least once, as it is no matter of the database. */
    @Audited("'announce ' + #label.product")
    @Job(name = "label.announce")
    public void announce(Label label) {
        audit.note("announced " + label.product());
    }
}
