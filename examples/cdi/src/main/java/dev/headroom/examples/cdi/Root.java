package dev.headroom.examples.cdi;

import dev.headroom.Headroom;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Gives the container the composition root. */
@ApplicationScoped
class Root {
    private final Audit audit = new Audit();

    @Produces
    @Singleton
    Headroom headroom() {
        return Headroom.builder("cdi").plug(audit).build();
    }

    void close(@Disposes Headroom headroom) {
        headroom.close();
    }
}
