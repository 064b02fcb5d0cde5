package dev.headroom.examples.marketplace.orders;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;

/** Prices: cents inside, euros outside. */
public final class Money {
    private static final BigDecimal MOST = new BigDecimal("1000000");
    /** No exponent: {@code 1e-400000000} is a few bytes to send and hours to scale. */
    private static final Pattern PRICE = Pattern.compile("-?\\d{1,7}([.,]\\d{1,2})?");

    private Money() {}

    /** For people: {@code € 12.50}. */
    public static String text(long cents) {
        return String.format(Locale.ROOT, "€ %,d.%02d", cents / 100, cents % 100);
    }

    /**
     * Reads what somebody typed: {@code 12}, {@code 12.5} or {@code 12,50}.
     *
     * @throws IllegalArgumentException with a sentence for them, if it is no price
     */
    public static long cents(String typed) {
        String number = typed.replace("€", "").strip();
        if (!PRICE.matcher(number).matches()) {
            throw new IllegalArgumentException("A price is a number such as 12 or 12.50.");
        }
        BigDecimal euros = new BigDecimal(number.replace(',', '.'));
        if (euros.signum() < 0 || euros.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("A price is from 0 to 1,000,000 euros.");
        }
        return euros.movePointRight(2).longValueExact();
    }
}
