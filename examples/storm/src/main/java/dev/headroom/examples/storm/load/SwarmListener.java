package dev.headroom.examples.storm.load;

/** Hears what became of requests, on the thread that drives the swarm. */
public interface SwarmListener {

    /** A response has arrived whole. */
    void answered(Answer answer);

    /** A request got no whole response. */
    void failed(Ask ask, String reason);

    /** A connection could not be made, and no request waited for it. */
    void notConnected(String reason);
}
