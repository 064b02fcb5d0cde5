package dev.headroom.console;

import java.util.Map;
import java.util.Optional;

/**
 * A component's part of the console: data, which the console renders and escapes; a panel never writes HTML.
 *
 * <p>{@link #view()} is called about once a second while somebody looks, and must be quick: it shows what the component already
 * knows. Thread-safe.
 */
public interface ConsolePanel {
    /** A short stable identifier, for example {@code queue}. */
    String id();

    /** The heading. */
    String title();

    /** What is shown now. */
    PanelView view();

    /**
     * Does one of the view's {@linkplain PanelView.Action actions}. Called only for an authorised POST with a valid CSRF token.
     *
     * @return a sentence that tells the operator what was done
     * @throws IllegalArgumentException if there is no such action or its parameters are wrong
     */
    default Optional<String> act(String action, Map<String, String> parameters) {
        throw new IllegalArgumentException("action: " + action + " (expected: one of the panel's actions)");
    }
}
