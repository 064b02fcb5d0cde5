package dev.headroom.examples.storm;

import dev.headroom.examples.storm.command.OptionSpec;
import dev.headroom.examples.storm.site.Databases;
import java.util.List;

/** Something that happens to a site. */
public interface Scenario {

    /** What it is called on the command line. */
    String name();

    /** One line for the help. */
    String summary();

    /** Its own options. */
    List<OptionSpec> options();

    /** What it does to the databases. Default: nothing, so that any site will do. */
    default Databases databases() {
        return Databases.ANY;
    }

    /**
     * Lets it happen, and judges what must hold.
     *
     * @throws Exception if it could not be done, which is not the site's fault
     */
    void run(Run run) throws Exception;
}
