package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.output.Verdict;
import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Inside;
import dev.headroom.examples.storm.site.Site;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What uploads have left behind: as many rows and blobs as there are pictures, and nothing of the broken ones. */
final class Traces {
    private static final int BLOBS_PER_PICTURE = 1 + Size.ALL.size();

    private final Site site;
    private final Counts before;

    private record Counts(long products, long sizes, long blobs) {
        static Counts of(Site site) throws IOException, SQLException {
            Inside inside = site.inside().orElse(null);
            return inside == null
                    ? new Counts(0, 0, 0)
                    : new Counts(inside.rows("products"), inside.rows("photo_sizes"), inside.blobs());
        }
    }

    /** Remembers what is there before. */
    Traces(Site site) throws IOException, SQLException {
        this.site = site;
        this.before = Counts.of(site);
    }

    /** Judges what is there after. */
    void judge(Plan plan, Intake intake, Verdict verdict) throws IOException, InterruptedException, SQLException {
        List<Uploaded> acknowledged = intake.acknowledged();
        Set<Long> products = new HashSet<>();
        acknowledged.forEach(uploaded -> products.add(uploaded.product()));
        verdict.judge(
                "every acknowledged picture is a product of its own",
                products.size() == acknowledged.size(),
                acknowledged.size() + " acknowledgements for " + products.size() + " products");
        searchForBroken(plan, verdict);
        if (site.inside().isPresent()) {
            lookInside(acknowledged.size(), intake.lost().sum(), verdict);
        }
    }

    private void searchForBroken(Plan plan, Verdict verdict) throws IOException, InterruptedException {
        String words = URLEncoder.encode(plan.brokenWords(), StandardCharsets.UTF_8);
        String page = new Http().text(Site.at(site.instances().get(0), "/search?q=" + words));
        verdict.judge("a search finds no broken picture", !page.contains("href=\"/products/"), "it does");
    }

    /** An upload whose answer was lost may have been taken nevertheless, and then again. */
    private void lookInside(long acknowledged, long maybe, Verdict verdict) throws IOException, SQLException {
        Counts after = Counts.of(site);
        long products = after.products - before.products;
        long sizes = after.sizes - before.sizes;
        long blobs = after.blobs - before.blobs;
        verdict.judge(
                "the database has the acknowledged products and no others",
                products >= acknowledged && products <= acknowledged + maybe,
                "%,d rows for %,d acknowledged".formatted(products, acknowledged));
        verdict.judge(
                "every product's sizes are written down once",
                sizes == products * Size.ALL.size(),
                "%,d rows for %,d products".formatted(sizes, products));
        verdict.judge(
                "there are five blobs of every product and no others",
                blobs == products * BLOBS_PER_PICTURE,
                "%,d blobs for %,d products".formatted(blobs, products));
    }
}
