package dev.headroom.examples.marketplace.catalog;

/** What a seller offers. */
public record NewProduct(long sellerId, String title, long priceCents, String photo) {}
