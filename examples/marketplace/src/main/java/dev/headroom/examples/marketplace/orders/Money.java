package dev.headroom.examples.marketplace.orders;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Prices: cents inside, euros outside. */
public final class Money {
    private static final BigDecimal MOST = new BigDecimal("1000000");

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
        try {
            BigDecimal euros =
                    new BigDecimal(typed.strip().replace("€", "").strip().replace(',', '.'));
            if (euros.signum() < 0 || euros.compareTo(MOST) > 0) {
                throw new IllegalArgumentException("A price is from 0 to 1,000,000 euros.");
            }
            return euros.movePointRight(2).setScale(0, RoundingMode.UNNECESSARY).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("A price is a number such as 12 or 12.50.", e);
        }
    }
}
