package dev.headroom.cache.internal;

/** Where a value comes from: a loader, or an annotated method with what it throws. */
@FunctionalInterface
interface Source {
    Loaded load(Load load) throws Throwable;
}
