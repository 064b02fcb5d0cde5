package dev.headroom.session;

/** Whether the session cookie is sent over encrypted connections only. */
public enum Secure {
    /** When the request that made the session was encrypted. */
    AUTO,
    /** Always; for servers behind a proxy that ends TLS and does not say so. */
    ALWAYS,
    /** Never; for development. */
    NEVER
}
