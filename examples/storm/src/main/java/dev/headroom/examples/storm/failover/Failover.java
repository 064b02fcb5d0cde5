package dev.headroom.examples.storm.failover;

import dev.headroom.examples.storm.Run;
import dev.headroom.examples.storm.Scenario;
import dev.headroom.examples.storm.command.OptionSpec;
import dev.headroom.examples.storm.command.OptionValues;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.site.Databases;
import dev.headroom.examples.storm.site.Site;
import dev.headroom.examples.storm.upload.Goods;
import dev.headroom.examples.storm.visitors.Browser;
import dev.headroom.examples.storm.visitors.Crew;
import dev.headroom.examples.storm.visitors.Looker;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The primary is killed under load, and after a while, as somebody in charge would, a standby is promoted. Pages go on, orders wait and
 * go on, and no order that was acknowledged is lost, nor its mail.
 */
public final class Failover implements Scenario {
    private static final Pattern PRODUCT = Pattern.compile("href=\"/products/(\\d{1,18})\"");
    private static final long CUSTOMERS_PAUSE_MILLIS = 20;
    private static final long VISITORS_PAUSE_MILLIS = 20;
    private static final int FIRST_PAGES = 20;

    @Override
    public String name() {
        return "failover";
    }

    @Override
    public String summary() {
        return "the primary is killed and a standby promoted, and no acknowledged order may be lost";
    }

    @Override
    public Databases databases() {
        return Databases.OWN_SYNCHRONOUS;
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
                OptionSpec.number("customers", 4, 1, 100, "who order one thing after the other"),
                OptionSpec.number("visitors", 8, 1, 500, "who look at the front page and search"),
                OptionSpec.number("before", 8, 1, 3600, "seconds before the primary is killed"),
                OptionSpec.number("promote-after", 2, 0, 600, "seconds until a standby is promoted"),
                OptionSpec.number("after", 15, 5, 3600, "seconds after that"),
                OptionSpec.number("products", 12, 1, 500, "put up first"));
    }

    @Override
    public void run(Run run) throws Exception {
        OptionValues options = run.options();
        Output output = run.output();
        Goods.putUp(run, options.number("products"));
        warmUp(run.site().instances());
        output.say(
                "Failover: %d customers and %d visitors; the primary is killed after %d s, a standby is promoted %d s later."
                        .formatted(
                                options.number("customers"),
                                options.number("visitors"),
                                options.number("before"),
                                options.number("promote-after")));
        Orders orders = new Orders();
        Timetable timetable = new Timetable(output);
        Change change = new Change(run.site(), orders, timetable);
        try (timetable;
                Crew crew = crew(run, orders, timetable)) {
            Thread.sleep(options.number("before") * 1000L);
            change.killPrimary();
            Thread.sleep(options.number("promote-after") * 1000L);
            change.promote();
            change.others();
            Thread.sleep(options.number("after") * 1000L);
            crew.failure().ifPresent(failure -> {
                throw new IllegalStateException("somebody stopped before the end", failure);
            });
        }
        new Reckoning(run, orders, timetable.seconds(), change).present();
    }

    /** A site that has just started takes up to a second for its first pages; what is looked at is one that runs. */
    private static void warmUp(List<URI> instances) throws IOException, InterruptedException {
        for (URI instance : instances) {
            Browser browser = Browser.at(instance);
            for (int i = 0; i < FIRST_PAGES; i++) {
                browser.get(i % 2 == 0 ? "/" : "/search?q=storm" + i);
            }
        }
    }

    private static Crew crew(Run run, Orders orders, Timetable timetable) throws IOException, InterruptedException {
        Site site = run.site();
        List<URI> instances = site.instances();
        List<String> products = products(instances.get(0));
        Crew crew = new Crew();
        for (int i = 0; i < run.options().number("customers"); i++) {
            URI instance = instances.get(i % instances.size());
            crew.add("customer-" + i, CUSTOMERS_PAUSE_MILLIS, new Customer(instance, products, timetable::now, orders));
        }
        for (int i = 0; i < run.options().number("visitors"); i++) {
            URI instance = instances.get(i % instances.size());
            crew.add(
                    "visitor-" + i,
                    VISITORS_PAUSE_MILLIS,
                    new Looker(instance, () -> timetable.now().pages()));
        }
        return crew;
    }

    /** What the front page shows; it may have been loaded before they were put up, a search was not. */
    private static List<String> products(URI instance) throws IOException, InterruptedException {
        List<String> products = PRODUCT.matcher(
                        Browser.text(Browser.at(instance).get("/search?q=goods")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .distinct()
                .toList();
        if (products.isEmpty()) {
            throw new IOException("a search finds none of the products that were put up");
        }
        return products;
    }
}
