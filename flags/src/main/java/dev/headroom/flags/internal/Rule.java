package dev.headroom.flags.internal;

import dev.headroom.config.Problems;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A flag's compiled rule.
 *
 * @param buckets how many of {@link Bucketing#BUCKETS} buckets are on
 * @param on hashes of the identifiers it is always on for
 * @param off hashes of the identifiers it is always off for
 * @param text the rule for people
 */
public record Rule(int buckets, LongSet on, LongSet off, String text) {
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3})?)\\s*%");

    /** The rule that a flag has without a source. */
    public static Rule fixed(boolean on) {
        return new Rule(
                on ? Bucketing.BUCKETS : 0, LongSet.EMPTY, LongSet.EMPTY, on ? "on (default)" : "off (default)");
    }

    /**
     * Compiles the properties of one flag.
     *
     * @param properties all properties of the source
     * @param fallback what holds when the source does not name the flag
     * @param problems takes what is wrong with them
     */
    public static Rule compile(String flag, Map<String, String> properties, Rule fallback, Problems problems) {
        String value = properties.get(flag);
        LongSet on = users(properties.get(flag + ".on-for"));
        LongSet off = users(properties.get(flag + ".off-for"));
        if (value == null) {
            return new Rule(fallback.buckets, on, off, fallback.text);
        }
        int buckets = buckets(flag, value.strip(), problems);
        String forced = on.size() + off.size() == 0 ? "" : " (+" + on.size() + " on, +" + off.size() + " off)";
        return new Rule(buckets, on, off, value.strip() + forced);
    }

    private static int buckets(String flag, String value, Problems problems) {
        if (value.equalsIgnoreCase("on")) {
            return Bucketing.BUCKETS;
        }
        if (value.equalsIgnoreCase("off")) {
            return 0;
        }
        Matcher percent = PERCENT.matcher(value);
        if (percent.matches()) {
            double share = Double.parseDouble(percent.group(1));
            if (share <= 100) {
                return (int) Math.round(share * Bucketing.BUCKETS / 100);
            }
        }
        problems.unless(false, flag, value, "on, off or 0% to 100% with at most three decimals");
        return 0;
    }

    private static LongSet users(@Nullable String list) {
        if (list == null || list.isBlank()) {
            return LongSet.EMPTY;
        }
        Set<String> ids = new TreeSet<>();
        for (String id : list.split(",")) {
            if (!id.isBlank()) {
                ids.add(id.strip());
            }
        }
        return LongSet.of(ids.stream().mapToLong(Bucketing::hash).toArray());
    }
}
