package dev.headroom.queue;

import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import dev.headroom.queue.internal.DefaultJobQueue;
import dev.headroom.queue.internal.HandlerScan;
import dev.headroom.queue.internal.Kind;
import dev.headroom.queue.internal.Middlewares;
import dev.headroom.queue.internal.OwnConnections;
import dev.headroom.queue.internal.QueueOptions;
import dev.headroom.queue.internal.Spans;
import dev.headroom.queue.scale.ScalePolicy;
import dev.headroom.queue.spi.CurrentTransaction;
import dev.headroom.queue.spi.JobMiddleware;
import dev.headroom.queue.spi.RemoteWakeUp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The options of a {@link JobQueue}. Not thread-safe.
 *
 * <pre>{@code
 * JobQueue queue = JobQueue.builder(dataSource)
 *     .handlers(new Images(), new Mails())
 *     .queue("images", images -> images.workers(2))
 *     .build();
 * }</pre>
 */
public final class JobQueueBuilder {
    private final DataSource dataSource;
    private @Nullable DataSource bookkeeping;
    private String name = "queue";
    private final List<Kind> kinds = new ArrayList<>();
    private final Map<String, QueueSettings> queues = new TreeMap<>();
    private int workers = Math.max(2, Runtime.getRuntime().availableProcessors());
    private @Nullable Integer sharedWorkers;
    private Duration lease = Duration.ofSeconds(12);
    private Duration pollInterval = Duration.ofSeconds(1);
    private Duration shutdownGrace = Duration.ofSeconds(10);
    private Duration parking = Duration.ofSeconds(30);
    private int maxCrashes = 3;
    private int maxPayload = 256 * 1024;
    private Duration keepResults = Duration.ofHours(1);
    private Duration targetAge = Duration.ofMinutes(5);
    private long targetBacklog = 10_000;
    private @Nullable ThreadFactory workerThreads;
    private CurrentTransaction currentTransaction = () -> null;
    private @Nullable RandomGenerator random;
    private JobFilter lengthCounts = JobFilter.waiting();
    private ScalePolicy scale = ScalePolicy.withDefaults();
    private final List<JobMiddleware> middlewares = new ArrayList<>();
    private @Nullable Duration keepDead;
    private @Nullable RemoteWakeUp remoteWakeUp;
    private @Nullable String endpointToken;

    JobQueueBuilder(DataSource dataSource) {
        this.dataSource = OwnConnections.of("dataSource", dataSource);
    }

    /**
     * The component's name: in logs, the console and the names of its threads, in the paths {@code /<name>/length} and
     * {@code /<name>/scale}, in the health checks {@code <name>} and {@code <name>-schedules}, and in the load signals {@code <name>.age}
     * and {@code <name>.backlog}. Default: {@code queue}.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not a name: 1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or digit
     */
    public JobQueueBuilder name(String name) {
        this.name = Checks.name("name", name);
        return this;
    }

    /**
     * Registers the methods with {@link Job} of these objects, superclasses and interfaces included.
     *
     * @throws dev.headroom.config.ConfigurationException if an object has none, or an annotation can't take effect
     */
    public JobQueueBuilder handlers(Object... handlers) {
        for (Object handler : Checks.present("handlers", handlers)) {
            kinds.addAll(HandlerScan.scan(Checks.present("handlers", handler)));
        }
        return this;
    }

    /**
     * Registers a handler without annotations: in the default queue, with the defaults of {@link Job}.
     *
     * @throws dev.headroom.config.ConfigurationException if the name is none, or the payload or the handler is null
     */
    public <P> JobQueueBuilder handler(String name, Class<P> payload, JobHandler<? super P> handler) {
        Checks.present("payload", payload);
        Checks.present("handler", handler);
        kinds.add(Kind.plain(
                name,
                payload,
                (given, context) -> handler.handle(payload.cast(Objects.requireNonNull(given)), context)));
        return this;
    }

    /**
     * Sets the options of one queue; of one that was set before, those that are named. A queue that a handler names and that is not set has
     * the defaults; the start warns of one that is set and has no handler.
     *
     * @throws dev.headroom.config.ConfigurationException if the name is none, the settings are null, or one is refused
     */
    public JobQueueBuilder queue(String queue, Consumer<QueueSettings> settings) {
        Checks.present("settings", settings);
        settings.accept(queues.computeIfAbsent(Checks.name("queue", queue), unset -> new QueueSettings()));
        return this;
    }

    /**
     * How many jobs of each queue run at once in this process, 0 to 100000; 0 leaves them to other processes. {@link Workers} says what fits a
     * machine. Default: the number of processors, at least 2.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 0 to 100000
     */
    public JobQueueBuilder workers(int workers) {
        this.workers = Checks.between("workers", workers, 0, Workers.MOST);
        return this;
    }

    /**
     * How many jobs run at once in this process of all queues together that have a {@linkplain QueueSettings#weight weight}; 0 leaves them to
     * other processes. {@link #build} refuses it where no queue has one. Default: what {@link #workers} says.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 0 to 100000
     */
    public JobQueueBuilder sharedWorkers(int sharedWorkers) {
        this.sharedWorkers = Checks.between("sharedWorkers", sharedWorkers, 0, Workers.MOST);
        return this;
    }

    /**
     * Another data source on the same database for claims, completions and heartbeats, so that handlers that hold all connections can't
     * keep the process from showing that it lives; the heartbeat keeps one of them for itself if there are 3 or more. At least 2 connections. Default: the
     * queue's.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, or lends connections of others' transactions, as {@link JobQueue#builder} says
     */
    public JobQueueBuilder bookkeeping(DataSource bookkeeping) {
        this.bookkeeping = OwnConnections.of("bookkeeping", bookkeeping);
        return this;
    }

    /**
     * For how long a silent process keeps its jobs. A third of it is the heartbeat. A process that could not show for two thirds of it that it
     * lives begins no job, and at its end interrupts those it runs. After a kill, jobs run again within this and a second, counted from the kill or from
     * when the process came up that finds them, whichever was later: one that comes up alone can't tell a death from a database that was away, and
     * judges nobody for a lease, unless it comes within a lease of the last sign of one that had been there for as long. Default: 12 s.
     *
     * @throws dev.headroom.config.ConfigurationException if it is shorter than 300 ms or longer than a day
     */
    public JobQueueBuilder lease(Duration lease) {
        this.lease = Spans.between("lease", lease, Duration.ofMillis(300), Duration.ofDays(1));
        return this;
    }

    /**
     * The longest pause between two looks for work that this process was not told of; it begins at 20 ms. Default: 1 s.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, shorter than 20 ms or longer than 36500 days
     */
    public JobQueueBuilder pollInterval(Duration pollInterval) {
        this.pollInterval = Spans.atLeast("pollInterval", pollInterval, Duration.ofMillis(20));
        return this;
    }

    /**
     * How long {@link JobQueue#close()} lets running jobs go on before it interrupts them. Default: 10 s.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, negative or longer than 36500 days
     */
    public JobQueueBuilder shutdownGrace(Duration shutdownGrace) {
        this.shutdownGrace = Spans.notNegative("shutdownGrace", shutdownGrace);
        return this;
    }

    /**
     * For how long a job is put aside whose name has no handler here, as while a new version is rolled out. Default: 30 s.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, zero, negative or longer than 36500 days
     */
    public JobQueueBuilder parking(Duration parking) {
        this.parking = Spans.positive("parking", parking);
        return this;
    }

    /**
     * How many processes may die with a job before it is a dead letter. What a process held that died, begun or not, is suspect from then on; the
     * crashes that follow count for those of them alone that had begun. A job that fails, is snoozed or ends is suspect no more.
     * Default: 3.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 2 to 1000: after the first crash nobody knows which of them it was
     */
    public JobQueueBuilder maxCrashes(int maxCrashes) {
        this.maxCrashes = Checks.between("maxCrashes", maxCrashes, 2, 1_000);
        return this;
    }

    /**
     * The longest payload, in characters of JSON. Default: 262144; at most 1048576. Store what is larger as a blob, and send its key.
     *
     * @throws dev.headroom.config.ConfigurationException if it is not in 2 to 1048576
     */
    public JobQueueBuilder maxPayload(int characters) {
        this.maxPayload = Checks.between("maxPayload", characters, 2, 1_048_576);
        return this;
    }

    /**
     * For how long the results of {@linkplain Job#track() tracked} jobs, and the numbers of batches, are kept after their end.
     * Default: 1 h.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, zero, negative or longer than 36500 days
     */
    public JobQueueBuilder keepResults(Duration keepResults) {
        this.keepResults = Spans.positive("keepResults", keepResults);
        return this;
    }

    /**
     * For how long dead letters are kept; then they are deleted. Default: until they are deleted or requeued by hand.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, zero, negative or longer than 36500 days
     */
    public JobQueueBuilder keepDead(Duration keepDead) {
        this.keepDead = Spans.positive("keepDead", keepDead);
        return this;
    }

    /**
     * Code around every run and every enqueue of this process; the first is the outermost. Default: none.
     *
     * @throws dev.headroom.config.ConfigurationException if one is null
     */
    public JobQueueBuilder middleware(JobMiddleware... middleware) {
        for (JobMiddleware each : Checks.present("middleware", middleware)) {
            middlewares.add(Checks.present("middleware", each));
        }
        return this;
    }

    /**
     * The age of the oldest ready job at which the load signal {@code <name>.age}, {@code queue.age} unless named otherwise, is 1.
     * Default: 5 min.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, zero, negative or longer than 36500 days
     */
    public JobQueueBuilder targetAge(Duration targetAge) {
        this.targetAge = Spans.positive("targetAge", targetAge);
        return this;
    }

    /**
     * The number of ready jobs at which the load signal {@code <name>.backlog} is 1. Default: 10000.
     *
     * @throws dev.headroom.config.ConfigurationException if it is less than 1
     */
    public JobQueueBuilder targetBacklog(long jobs) {
        this.targetBacklog = Checks.atLeast("targetBacklog", jobs, 1);
        return this;
    }

    /**
     * Makes the workers' threads, for example virtual ones: {@code Thread.ofVirtual().name("headroom-queue-", 0).factory()}. Default:
     * platform threads named {@code headroom-queue-<queue>-<n>}.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    public JobQueueBuilder workerThreads(ThreadFactory workerThreads) {
        this.workerThreads = Checks.present("workerThreads", workerThreads);
        return this;
    }

    /**
     * Finds the thread's transaction, for enqueuing without a connection, where a framework keeps it. Default: none. Those of {@link
     * dev.headroom.transaction.JdbcTransactions} on the queue's data source, and those of running jobs, are known without it.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    public JobQueueBuilder currentTransaction(CurrentTransaction currentTransaction) {
        this.currentTransaction = Checks.present("currentTransaction", currentTransaction);
        return this;
    }

    /**
     * Tells other processes of this one's work, and hears of theirs while this one works; to be set in all of them. Default: none, others
     * find work by polling, at most {@link #pollInterval} late.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    public JobQueueBuilder wakeOthers(RemoteWakeUp others) {
        this.remoteWakeUp = Checks.present("wakeOthers", others);
        return this;
    }

    /**
     * Randomness for back-off; must be thread-safe. Default: a {@link java.util.Random}, seeded by itself.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    public JobQueueBuilder random(RandomGenerator random) {
        this.random = Checks.present("random", random);
        return this;
    }

    /**
     * Which jobs {@code /<name>/length} counts and {@code /<name>/scale} goes by. {@link #build} refuses one that names a queue which is in
     * neither the database nor this builder: a process that counts what others run, and may be the first one to come up, says
     * {@code queue("images", q -> q.workers(0))}. Default: {@link JobFilter#waiting()}.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    public JobQueueBuilder lengthCounts(JobFilter filter) {
        this.lengthCounts = Checks.present("lengthCounts", filter);
        return this;
    }

    /**
     * What a request to {@code /<name>/length} and {@code /<name>/scale} must send, as {@code Authorization: Bearer <token>}; others are
     * answered 404. Default: none, and everybody is answered who can reach the paths: how much waits, and the servers' process numbers and
     * host names.
     *
     * @throws dev.headroom.config.ConfigurationException if it is shorter than 16 characters
     */
    public JobQueueBuilder endpointToken(String token) {
        Checks.that(
                token != null && token.strip().length() >= 16,
                "endpointToken",
                "(kept secret)",
                "at least 16 characters");
        this.endpointToken = token.strip();
        return this;
    }

    /**
     * When servers are to come and go, as {@code /<name>/scale} advises. Default: {@link ScalePolicy#withDefaults()}.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    public JobQueueBuilder scale(ScalePolicy scale) {
        this.scale = Checks.present("scale", scale);
        return this;
    }

    /**
     * The queue, not started. Asks the database which it is and whether it has the tables.
     *
     * @throws dev.headroom.config.ConfigurationException with all options that are wrong; if none is, for a database of H2 in files that an
     *     interrupted job would close, and for {@link #lengthCounts} of a queue that there is not
     * @throws SchemaException if the tables are absent or of another version
     * @throws QueueException if the database can't be asked
     */
    public JobQueue build() {
        Problems problems = new Problems();
        Map<String, QueueOptions.OfQueue> given = new TreeMap<>();
        queues.forEach((queue, settings) -> given.put(queue, settings.options()));
        given.forEach((queue, options) -> problems.unless(
                options.weight() == null || options.workers() == null,
                "weight of queue",
                queue,
                "a queue without workers of its own"));
        problems.unless(
                sharedWorkers == null || given.values().stream().anyMatch(options -> options.weight() != null),
                "sharedWorkers",
                sharedWorkers,
                "beside a queue that has a weight");
        QueueOptions options = new QueueOptions(
                name,
                dataSource,
                bookkeeping != null ? bookkeeping : dataSource,
                given,
                workers,
                sharedWorkers != null ? sharedWorkers : workers,
                lease,
                pollInterval,
                shutdownGrace,
                parking,
                maxCrashes,
                maxPayload,
                keepResults,
                targetAge,
                targetBacklog,
                workerThreads,
                currentTransaction,
                random != null ? random : new java.util.Random(),
                lengthCounts,
                scale,
                new Middlewares(middlewares),
                keepDead,
                remoteWakeUp,
                endpointToken);
        return DefaultJobQueue.open(options, kinds, problems);
    }
}
