package dev.headroom.examples.cdi;

import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;

/** Starts the container, adds a product and ends. */
public final class App {
    private App() {}

    public static void main(String[] arguments) {
        try (SeContainer container = SeContainerInitializer.newInstance().initialize()) {
            Products products = container.select(Products.class).get();
            products.add("lamp");
            System.out.println(products.names());
        }
    }
}
