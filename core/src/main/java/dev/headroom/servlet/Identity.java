package dev.headroom.servlet;

import java.util.Objects;

/**
 * Who sends a request, as far as capacity is concerned: names the user in logs and decides whom to serve first. Never a login.
 *
 * @param user the user's stable identifier
 * @param tier the user's tier (free, paying …), empty when not known
 */
public record Identity(String user, String tier) {
    /** Checks that nothing is null. */
    public Identity {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(tier, "tier");
    }
}
