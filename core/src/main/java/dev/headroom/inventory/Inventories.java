package dev.headroom.inventory;

import dev.headroom.config.Checks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Makes service inventories.
 *
 * <p>In a <b>properties file</b> each line is a host; hosts keep the order of their lines:
 *
 * <pre>
 * # service.anything that tells it from its siblings = host:port?property=value&amp;property=value
 * mysql.a = db1.example:3306?master=true&amp;environment=prod
 * mysql.b = db2.example:3306?master=false&amp;environment=prod
 * </pre>
 *
 * <p>In a <b>JSON file</b>, services have lists of hosts; what is neither {@code host} nor {@code port} is a property, of type text,
 * number or boolean:
 *
 * <pre>
 * {"mysql": [{"host": "db1.example", "port": 3306, "master": true, "environment": "prod"}]}
 * </pre>
 *
 * <p>In the <b>environment</b>, {@code HEADROOM_SERVICE_MYSQL} lists the hosts of the service {@code mysql}, separated by commas, each in
 * the form of the properties file; an underscore in the name stands for a hyphen ({@code HEADROOM_SERVICE_PHOTO_STORE} is
 * {@code photo-store}). In host texts of both kinds, {@code %xx} stands for a byte of UTF-8, as for a comma in a value; an IPv6 address
 * stands in brackets.
 */
public final class Inventories {
    private Inventories() {}

    /** The hosts of a properties file, watched once a second. */
    public static WatchedInventory properties(Path file) {
        return watched(new FileSource(Checks.present("file", file), HostTexts::ofProperties));
    }

    /** The hosts of a JSON file, watched once a second. */
    public static WatchedInventory json(Path file) {
        return watched(new FileSource(Checks.present("file", file), HostJson::read));
    }

    /** The hosts of this process's environment variables. They never change. */
    public static ServiceInventory environment() {
        return environment(System.getenv());
    }

    /** The hosts of these environment variables. They never change. */
    public static ServiceInventory environment(Map<String, String> variables) {
        return of(HostTexts.ofEnvironment(variables));
    }

    /** These hosts, for ever. */
    public static ServiceInventory of(List<Host> hosts) {
        return new LiveInventory(List.copyOf(hosts));
    }

    /** The hosts of a source, watched once a second. */
    public static WatchedInventory watched(InventorySource source) {
        return watched(source, Duration.ofSeconds(1));
    }

    /**
     * The hosts of a source, asked once an interval whether they have changed.
     *
     * @throws dev.headroom.config.ConfigurationException if the source can't be read now: an application does not begin with no state
     */
    public static WatchedInventory watched(InventorySource source, Duration interval) {
        return WatchedInventory.start(Checks.present("source", source), Checks.positive("interval", interval));
    }
}
