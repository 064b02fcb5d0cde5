package dev.headroom.queue.internal;

import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.Limit;
import dev.headroom.queue.Unique;
import dev.headroom.queue.internal.sql.Allowance;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The limit of a kind, and how the key of a job is found. Immutable. */
record Limits(Allowance allowance, @Nullable KeyExpression by) {
    private static final Pattern RATE = Pattern.compile("(\\d{1,9})/(.+)");
    private static final int LONGEST_KEY = Unique.LONGEST_KEY;
    private static final int LANES = 32_766;

    static @Nullable Limits of(Method method, String site) {
        Limit limit = method.getAnnotation(Limit.class);
        if (limit == null) {
            return null;
        }
        Checks.between(site + " running", limit.running(), 0, 1_000_000);
        if (limit.running() == 0 && limit.rate().isEmpty()) {
            throw new ConfigurationException("@Limit", site, "running, rate or both");
        }
        long every = limit.rate().isEmpty() ? 0 : everyMicros(site + " rate", limit.rate());
        int burst = every == 0 ? 1 : (int) Math.max(1, 100_000 / every);
        return new Limits(new Allowance(limit.running(), every, burst), expression(site + " by", limit.by(), method));
    }

    static @Nullable KeyExpression expression(String option, String text, Method method) {
        return text.isEmpty() ? null : KeyExpression.compileBeforeCall(option, text, new MethodSite(method, method));
    }

    private static long everyMicros(String option, String rate) {
        Matcher parts = RATE.matcher(rate);
        if (!parts.matches()) {
            throw new ConfigurationException(option, rate, "a number and a time, such as 100/1m");
        }
        long count = Long.parseLong(parts.group(1));
        Duration time = Spans.parse(option, parts.group(2));
        Checks.that(
                count > 0 && time.toNanos() / 1_000 / count > 0,
                option,
                rate,
                "at least one in the time, and at most one in a microsecond");
        return time.toNanos() / 1_000 / count;
    }

    /** The key of a job in the whole database. As MariaDB compares texts, those that differ in spaces at their end are one. */
    String key(String kind, @Nullable Object payload) {
        String value = by == null ? "" : text(by, payload).stripTrailing();
        Checks.that(
                value.length() <= LONGEST_KEY,
                "@Limit by of " + kind,
                value.length() + " characters",
                "at most " + LONGEST_KEY + " characters");
        return kind + ":" + value;
    }

    /** The lane of whoever the job is for; 0 for nobody. */
    static int lane(@Nullable KeyExpression fairBy, @Nullable Object payload) {
        return fairBy == null ? 0 : 1 + Math.floorMod(text(fairBy, payload).hashCode() * 0x9E3779B9, LANES);
    }

    private static String text(KeyExpression expression, @Nullable Object payload) {
        return String.valueOf(expression.evaluate(new Object[] {payload, null}, null));
    }
}
