package dev.headroom.examples.storm.lag;

import dev.headroom.examples.storm.visitors.Outcomes;

/**
 * A stretch of time in which the standbys are in one state.
 *
 * @param name what they are
 * @param standbysServe whether one of them can still answer somebody who has written nothing
 * @param offers what became of what was put up for sale
 * @param own of sellers' looks at what they had just put up
 * @param pages of visitors' looks at the front page and searches
 */
record Phase(String name, boolean standbysServe, Outcomes offers, Outcomes own, Outcomes pages) {
    Phase(String name, boolean standbysServe) {
        this(name, standbysServe, new Outcomes(), new Outcomes(), new Outcomes());
    }
}
