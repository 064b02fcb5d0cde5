package dev.headroom.examples.storm.failover;

import dev.headroom.examples.storm.visitors.Outcomes;

/**
 * One second.
 *
 * @param number the first is 1
 * @param orders what became of orders
 * @param pages what became of looks at pages
 */
record Second(int number, Outcomes orders, Outcomes pages) {
    Second(int number) {
        this(number, new Outcomes(), new Outcomes());
    }
}
