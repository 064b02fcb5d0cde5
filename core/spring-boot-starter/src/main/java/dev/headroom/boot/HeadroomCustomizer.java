package dev.headroom.boot;

import dev.headroom.Headroom;

/** Changes the builder of the application's {@code Headroom} before it is built; beans of it are asked in their order. */
@FunctionalInterface
public interface HeadroomCustomizer {
    /** Changes the builder. */
    void customize(Headroom.Builder builder);
}
