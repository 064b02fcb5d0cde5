package dev.headroom.examples.storm.failover;

import dev.headroom.examples.storm.visitors.Browser;
import dev.headroom.examples.storm.visitors.Crew;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Somebody who buys one thing after the other and looks at each order at once. Who gets no answer presses the button again: a cart is
 * bought once, so what had been taken is not taken again.
 */
final class Customer implements Crew.Turn {
    private static final Pattern ORDER = Pattern.compile("/orders/(\\d{1,18})$");
    private static final int SEE_OTHER = 303;
    private static final int OK = 200;
    private static final long AGAIN_MILLIS = 200;

    private final Browser browser;
    private final List<String> products;
    private final Supplier<Second> second;
    private final Orders orders;
    private int turns;
    private boolean cartIsFull;

    Customer(URI instance, List<String> products, Supplier<Second> second, Orders orders) {
        this.browser = Browser.at(instance);
        this.products = products;
        this.second = second;
        this.orders = orders;
    }

    @Override
    public void take() throws InterruptedException {
        long start = System.nanoTime();
        try {
            if (!cartIsFull) {
                String product = products.get(turns++ % products.size());
                if (browser.post("/cart", "product", product).statusCode() != SEE_OTHER) {
                    again();
                    return;
                }
                cartIsFull = true;
            }
            HttpResponse<byte[]> answer = browser.post("/orders", "user", "ana");
            Matcher order =
                    ORDER.matcher(answer.headers().firstValue("Location").orElse(""));
            if (answer.statusCode() != SEE_OTHER || !order.find()) {
                second.get().orders().notGood(answer, "an order");
                again();
                return;
            }
            cartIsFull = false;
            orders.acknowledged(Long.parseLong(order.group(1)));
            second.get().orders().good(start);
            look(order.group(1));
        } catch (IOException e) {
            second.get().orders().broken(e.getClass().getSimpleName());
            again();
        }
    }

    private void look(String order) throws IOException, InterruptedException {
        int status = browser.get("/orders/" + order).statusCode();
        if (status == 404) {
            orders.unseen("the order is not there");
        } else if (status != OK) {
            second.get().orders().broken("status " + status + " for an order's page");
        }
    }

    private static void again() throws InterruptedException {
        Thread.sleep(AGAIN_MILLIS);
    }
}
