package dev.headroom;

import dev.headroom.annotation.Interceptor;
import dev.headroom.background.Background;
import dev.headroom.consistency.Consistency;
import dev.headroom.console.ConsolePanel;
import dev.headroom.health.HealthCheck;
import dev.headroom.load.LoadSignal;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.servlet.WebParts;
import dev.headroom.transaction.TransactionHook;
import java.util.function.Consumer;

/**
 * Takes what a {@link Component} gives to the others. Of {@code meters}, {@code readings}, {@code consistency} and
 * {@code background} an application has one each; a second giver is a configuration error.
 */
public interface Contributions {
    /** Gives an annotation its behaviour. */
    Contributions interceptor(Interceptor<?> interceptor);

    /** Adds a health check. */
    Contributions healthCheck(HealthCheck check);

    /** Adds a load signal. */
    Contributions loadSignal(LoadSignal signal);

    /** Adds a panel to the console. */
    Contributions consolePanel(ConsolePanel panel);

    /** Adds filters and endpoints; called only when the application registers with a servlet container. */
    Contributions web(Consumer<WebParts> parts);

    /** Adds one kind of transaction. */
    Contributions transactionHook(TransactionHook hook);

    /** Gives the meters that all components write to. */
    Contributions meters(Meters meters);

    /** Gives the readings of those meters. */
    Contributions readings(Readings readings);

    /** Gives read-your-writes. */
    Contributions consistency(Consistency consistency);

    /** Gives durable background work. */
    Contributions background(Background background);
}
