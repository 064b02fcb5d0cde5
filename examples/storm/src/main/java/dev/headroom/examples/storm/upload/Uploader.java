package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.pictures.TestPicture;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Uploads a plan with several clients. Who is told to come back later does so; who got no answer tries again, since
 * nothing was acknowledged; who got one never does.
 */
final class Uploader {
    private static final Duration GIVE_UP = Duration.ofMinutes(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration AFTER_LOSS = Duration.ofSeconds(1);
    private static final int JITTER_MILLIS = 500;
    private static final int MOST_LOSSES = 5;

    private final Plan plan;
    private final Intake intake;
    private final Output output;
    private final AtomicInteger next = new AtomicInteger();

    Uploader(Plan plan, Intake intake, Output output) {
        this.plan = plan;
        this.intake = intake;
        this.output = output;
    }

    /** Uploads everything and returns when all is answered or given up. */
    void run(List<URI> instances, int clients) throws InterruptedException {
        AtomicInteger threads = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(clients, work -> {
            Thread thread = new Thread(work, "headroom-storm-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Callable<Void>> sellers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Seller seller = new Seller(instances.get(i % instances.size()));
                sellers.add(() -> work(seller));
            }
            for (Future<Void> seller : pool.invokeAll(sellers)) {
                seller.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a client failed", e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private Void work(Seller seller) throws InterruptedException {
        for (int at = next.getAndIncrement(); at < plan.items().size(); at = next.getAndIncrement()) {
            upload(seller, plan.items().get(at));
            output.progress(progress());
        }
        return null;
    }

    private String progress() {
        String good = "%,d of %,d acknowledged".formatted(intake.acknowledged().size(), plan.good());
        return plan.broken() == 0
                ? good
                : good
                        + ", %,d of %,d broken ones refused"
                                .formatted(intake.brokenRefused().sum(), plan.broken());
    }

    private void upload(Seller seller, Plan.Item item) throws InterruptedException {
        TestPicture picture = plan.picture(item);
        long deadline = System.nanoTime() + GIVE_UP.toNanos();
        int losses = 0;
        while (true) {
            long begin = System.nanoTime();
            Reply reply = seller.offer(plan.title(item, picture), picture);
            Duration pause;
            if (reply instanceof Reply.Busy busy) {
                intake.busy().increment();
                pause = busy.retryAfter().compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : busy.retryAfter();
            } else if (reply instanceof Reply.Lost && ++losses < MOST_LOSSES) {
                intake.lost().increment();
                pause = AFTER_LOSS;
            } else {
                note(item, picture, reply, System.nanoTime() - begin);
                return;
            }
            if (System.nanoTime() + pause.toNanos() - deadline > 0) {
                intake.unanswered().add(picture.description() + ": " + reply);
                return;
            }
            Thread.sleep(pause.toMillis() + ThreadLocalRandom.current().nextInt(JITTER_MILLIS));
        }
    }

    private void note(Plan.Item item, TestPicture picture, Reply reply, long nanos) {
        boolean broken = item instanceof Plan.Item.Bad;
        if (reply instanceof Reply.Acknowledged acknowledged) {
            if (broken) {
                intake.takenThoughBroken().add(picture.description());
            } else {
                intake.acknowledge(new Uploaded(acknowledged.product(), picture), nanos);
            }
        } else if (reply instanceof Reply.Refused refused) {
            if (broken) {
                intake.brokenRefused().increment();
            } else {
                intake.refused().add(picture.description() + ": status " + refused.status());
            }
        } else if (broken) {
            intake.brokenErrors().add(picture.description() + ": " + reply);
        } else {
            intake.unanswered().add(picture.description() + ": " + reply);
        }
    }
}
