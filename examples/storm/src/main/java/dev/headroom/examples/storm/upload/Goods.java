package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.Run;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.pictures.Mix;
import dev.headroom.examples.storm.pictures.TestPictures;
import java.io.IOException;
import java.time.Duration;

/** Something to look at, for a site that has just been started. */
public final class Goods {
    private static final long SEED = 1;
    private static final int CLIENTS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Goods() {}

    /**
     * Puts products up and waits until their pictures are ready; does nothing on a site that somebody else runs.
     *
     * @throws IOException if the site does not take them
     */
    public static void putUp(Run run, int products) throws IOException, InterruptedException {
        if (products == 0 || run.site().inside().isEmpty()) {
            return;
        }
        Output output = run.output();
        output.say("Putting up " + products + " products …");
        Plan plan = Plan.of("goods", TestPictures.seeded(SEED, Mix.parse("png=1")), products, 0);
        Intake intake = new Intake();
        new Uploader(plan, intake, output).run(run.site().instances(), CLIENTS);
        if (intake.acknowledged().size() < products) {
            throw new IOException("the site took " + intake.acknowledged().size() + " of " + products + " products: "
                    + intake.refused() + intake.unanswered());
        }
        long left = new QueueLength(run.site().instances().get(0)).awaitNone(PATIENCE, output);
        if (left > 0) {
            throw new IOException(left + " jobs stay in the queue");
        }
    }
}
