package dev.headroom.examples.storm.lag;

import dev.headroom.examples.storm.output.Tally;
import dev.headroom.examples.storm.site.Http;
import dev.headroom.examples.storm.site.Site;
import dev.headroom.examples.storm.upload.Reply;
import dev.headroom.examples.storm.upload.Seller;
import dev.headroom.examples.storm.visitors.Browser;
import dev.headroom.examples.storm.visitors.Crew;
import dev.headroom.examples.storm.visitors.Outcomes;
import dev.headroom.examples.storm.visitors.Snapshot;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Somebody who puts up one thing after the other and looks at once, at another instance if there is one, whether it is there: on its own
 * page and on the seller's.
 */
final class Merchant implements Crew.Turn {
    private static final Pattern SELLER = Pattern.compile("href=\"(/sellers/\\d{1,18})\"");
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final int OK = 200;

    private final Seller seller;
    private final Browser browser;
    private final Supplier<Phase> phase;
    private final Tally missed;

    Merchant(Site site, int number, Supplier<Phase> phase, Tally missed) {
        List<URI> instances = site.instances();
        Http http = new Http();
        this.seller = new Seller(instances.get(number % instances.size()), http);
        this.browser = new Browser(instances.get((number + 1) % instances.size()), http);
        this.phase = phase;
        this.missed = missed;
    }

    @Override
    public void take() throws InterruptedException {
        int number = NUMBERS.incrementAndGet();
        String title = "Thing " + number + "!";
        long start = System.nanoTime();
        Reply reply = seller.offer(title, Snapshot.picture(number));
        Outcomes offers = phase.get().offers();
        if (reply instanceof Reply.Acknowledged acknowledged) {
            offers.good(start);
            lookAt("/products/" + acknowledged.product(), title);
        } else if (reply instanceof Reply.Busy) {
            offers.refused();
        } else {
            offers.broken(reply.toString());
        }
    }

    private void lookAt(String product, String title) throws InterruptedException {
        String page = look(product, title);
        Matcher sellersPage = SELLER.matcher(page);
        if (sellersPage.find()) {
            look(sellersPage.group(1), title);
        }
    }

    /** The page, empty if there was none. */
    private String look(String path, String title) throws InterruptedException {
        Outcomes own = phase.get().own();
        long start = System.nanoTime();
        try {
            HttpResponse<byte[]> answer = browser.get(path);
            String text = Browser.text(answer);
            if (answer.statusCode() == OK && text.contains(title)) {
                own.good(start);
                return text;
            }
            if (answer.statusCode() == OK || answer.statusCode() == 404) {
                missed.add(path.replaceAll("\\d+", "N") + " in phase '"
                        + phase.get().name() + "'");
            } else {
                own.notGood(answer, path.replaceAll("\\d+", "N"));
            }
        } catch (IOException e) {
            own.broken(e.getClass().getSimpleName());
        }
        return "";
    }
}
