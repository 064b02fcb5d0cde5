package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.output.Tally;
import dev.headroom.examples.storm.pictures.TestPictures;
import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Site;
import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.imageio.ImageIO;

/** Looks at every acknowledged picture in all its sizes, as they come. Not thread-safe. */
final class Gallery {
    private static final int AT_A_TIME = 24;
    private static final long BETWEEN_LOOKS_MILLIS = 300;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final String JPEG = "image/jpeg";

    private final TestPictures pictures;
    private final List<URI> instances;
    private final Duration patience;
    private final Output output;
    private final Http http = new Http();
    private final Tally wrong = new Tally();
    private final Tally missing = new Tally();
    private final Tally lost = new Tally();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private int seen;
    private long lastSeen = System.nanoTime();

    private static final class Pending {
        final Uploaded uploaded;
        final List<Size> sizes = new ArrayList<>(Size.ALL);
        String last = "never asked for";
        boolean notFound;

        Pending(Uploaded uploaded) {
            this.uploaded = uploaded;
        }
    }

    Gallery(TestPictures pictures, List<URI> instances, Duration patience, Output output) {
        this.pictures = pictures;
        this.instances = instances;
        this.patience = patience;
        this.output = output;
    }

    /** Returns when all sizes of all are there, or none came for some time. */
    void awaitAll(List<Uploaded> uploaded) throws InterruptedException {
        uploaded.forEach(one -> pending.add(new Pending(one)));
        lastSeen = System.nanoTime();
        while (!pending.isEmpty() && System.nanoTime() - lastSeen < patience.toNanos()) {
            int before = seen;
            for (int i = Math.min(AT_A_TIME, pending.size()); i > 0; i--) {
                Pending one = pending.remove();
                look(one);
                if (!one.sizes.isEmpty()) {
                    pending.add(one);
                }
            }
            output.progress("%,d of %,d small pictures seen".formatted(seen, uploaded.size() * Size.ALL.size()));
            if (seen == before) {
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
            }
        }
        for (Pending one : pending) {
            (one.notFound ? lost : missing)
                    .add(one.uploaded + " has no "
                            + one.sizes.stream().map(Size::path).toList() + ": " + one.last);
        }
    }

    /** The sizes are made together, so the first that is not there stands for the others. */
    private void look(Pending one) throws InterruptedException {
        while (!one.sizes.isEmpty()) {
            Size size = one.sizes.get(0);
            URI instance = instances.get(seen % instances.size());
            URI address = Site.at(instance, "/images/" + one.uploaded.product() + "/" + size.path());
            try {
                HttpResponse<byte[]> answer = http.get(address);
                String type = answer.headers().firstValue("Content-Type").orElse("nothing");
                one.notFound = answer.statusCode() == NOT_FOUND;
                one.last = answer.statusCode() + " " + type;
                if (answer.statusCode() != OK || !type.startsWith(JPEG)) {
                    return;
                }
                judge(one.uploaded, size, answer.body());
            } catch (IOException e) {
                one.last = e.toString();
                return;
            }
            one.sizes.remove(0);
            seen++;
            lastSeen = System.nanoTime();
        }
    }

    private void judge(Uploaded uploaded, Size size, byte[] jpeg) throws IOException {
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(jpeg));
        if (picture == null) {
            wrong.add(uploaded + " in " + size.path() + " is not a picture");
            return;
        }
        Dimension dimension = new Dimension(picture.getWidth(), picture.getHeight());
        if (!size.fits(dimension, uploaded.picture())) {
            wrong.add("%s in %s has %dx%d pixels".formatted(uploaded, size.path(), dimension.width, dimension.height));
        } else if (!pictures.reads(uploaded.picture().index(), jpeg)) {
            wrong.add(uploaded + " in " + size.path() + " shows "
                    + pictures.read(jpeg).stream()
                            .mapToObj(index -> "picture " + index)
                            .findFirst()
                            .orElse("none of the uploaded pictures"));
        }
    }

    /** How many small pictures were seen. */
    int seen() {
        return seen;
    }

    /** When the last one was seen for the first time. */
    long lastSeen() {
        return lastSeen;
    }

    /** Small pictures that are not what they should be. */
    Tally wrong() {
        return wrong;
    }

    /** Pictures without all their sizes. */
    Tally missing() {
        return missing;
    }

    /** Acknowledged pictures that the site does not know. */
    Tally lost() {
        return lost;
    }
}
