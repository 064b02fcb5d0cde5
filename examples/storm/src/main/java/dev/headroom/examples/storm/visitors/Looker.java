package dev.headroom.examples.storm.visitors;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.function.Supplier;

/** Somebody who has written nothing: looks at the front page and searches, in turns. */
public final class Looker implements Crew.Turn {
    private static final int OK = 200;
    private static final int SEARCHES = 10;

    private final Browser browser;
    private final Supplier<Outcomes> outcomes;
    private int turns;

    /** Looks at the instance; what is found is counted where the supplier says when the answer is there. */
    public Looker(URI instance, Supplier<Outcomes> outcomes) {
        this.browser = Browser.at(instance);
        this.outcomes = outcomes;
    }

    @Override
    public void take() throws InterruptedException {
        turns++;
        String path = turns % 2 == 0 ? "/" : "/search?q=storm" + turns % SEARCHES;
        long start = System.nanoTime();
        try {
            HttpResponse<byte[]> answer = browser.get(path);
            if (answer.statusCode() == OK) {
                outcomes.get().good(start);
            } else {
                outcomes.get().notGood(answer, path.startsWith("/search") ? "a search" : "the front page");
            }
        } catch (IOException e) {
            outcomes.get().broken(e.getClass().getSimpleName());
        }
    }
}
