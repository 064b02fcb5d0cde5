package dev.headroom.examples.storm.site;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Measurements in Prometheus' text format, as {@code /metrics} gives them. Immutable. */
public final class Scrape {
    private static final Pattern SAMPLE =
            Pattern.compile("^([A-Za-z_:][\\w:]*)(?:\\{(.*)})?\\s+(\\S+).*$", Pattern.MULTILINE);
    private static final Pattern LABEL = Pattern.compile("([A-Za-z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final String text;

    /** Reads a text. */
    public Scrape(String text) {
        this.text = text;
    }

    /** The sum of all samples of this name that have these labels, whatever others they have; 0 if there are none. */
    public double sum(String name, Map<String, String> labels) {
        double sum = 0;
        Matcher samples = SAMPLE.matcher(text);
        while (samples.find()) {
            String found = samples.group(2) == null ? "" : samples.group(2);
            if (samples.group(1).equals(name) && hasAll(found, labels)) {
                sum += Double.parseDouble(samples.group(3));
            }
        }
        return sum;
    }

    private static boolean hasAll(String found, Map<String, String> wanted) {
        Matcher labels = LABEL.matcher(found);
        int matched = 0;
        while (labels.find()) {
            matched += labels.group(2).equals(wanted.get(labels.group(1))) ? 1 : 0;
        }
        return matched == wanted.size();
    }
}
