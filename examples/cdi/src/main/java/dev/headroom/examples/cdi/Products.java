package dev.headroom.examples.cdi;

import dev.headroom.cdi.HeadroomEnhanced;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A bean whose annotations are alive. */
@ApplicationScoped
@HeadroomEnhanced
class Products {
    private final List<String> names = new CopyOnWriteArrayList<>();

    /** Adds a product. */
    @Audited("'add ' + #name")
    void add(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("blank");
        }
        names.add(name);
    }

    List<String> names() {
        return names;
    }
}
