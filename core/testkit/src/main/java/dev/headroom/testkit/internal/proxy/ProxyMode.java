package dev.headroom.testkit.internal.proxy;

/** What the proxy does with connections. */
public enum ProxyMode {
    FORWARD,
    CUT,
    BLACK_HOLE,
    STALL
}
