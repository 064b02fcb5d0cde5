package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.pictures.Broken;
import dev.headroom.examples.storm.pictures.TestPicture;
import dev.headroom.examples.storm.pictures.TestPictures;
import java.util.ArrayList;
import java.util.List;

/**
 * What is uploaded, in which order: the good ones, and broken ones spread among them.
 *
 * @param run a word in every title, to find this run's products by
 */
record Plan(String run, TestPictures pictures, List<Item> items) {
    private static final int PERCENT = 100;

    /** A picture, or a broken one if it has a kind. */
    sealed interface Item {
        /** A picture that must be taken. */
        record Good(int index) implements Item {}

        /** A file that must be refused. */
        record Bad(Broken kind, int index) implements Item {}
    }

    Plan {
        items = List.copyOf(items);
    }

    /** A plan with a share of broken ones beside the good ones. */
    static Plan of(String run, TestPictures pictures, int good, int brokenPercent) {
        int broken = (good * brokenPercent + PERCENT - 1) / PERCENT;
        List<Item> items = new ArrayList<>();
        int placed = 0;
        for (int index = 0; index < good; index++) {
            items.add(new Item.Good(index));
            for (; placed < (long) broken * (index + 1) / good; placed++) {
                items.add(new Item.Bad(Broken.values()[placed % Broken.values().length], placed));
            }
        }
        return new Plan(run, pictures, items);
    }

    TestPicture picture(Item item) {
        if (item instanceof Item.Bad bad) {
            return pictures.broken(bad.kind(), bad.index());
        }
        return pictures.picture(((Item.Good) item).index());
    }

    String title(Item item, TestPicture picture) {
        String what = item instanceof Item.Bad ? brokenWords() : "storm " + run + " picture";
        return what + " " + picture.index() + ", " + picture.description();
    }

    /** What the titles of all broken ones begin with. */
    String brokenWords() {
        return "storm " + run + " broken";
    }

    long good() {
        return items.stream().filter(Item.Good.class::isInstance).count();
    }

    long broken() {
        return items.size() - good();
    }
}
