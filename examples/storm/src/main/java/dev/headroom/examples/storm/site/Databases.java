package dev.headroom.examples.storm.site;

/** What a scenario needs of the databases. */
public enum Databases {
    /** They are there; whose they are does not matter. */
    ANY(1),
    /** It breaks them, so they are started for it. */
    OWN(2),
    /** The same, and a commit is acknowledged only when a standby has it too, so that nothing is lost with the primary. */
    OWN_SYNCHRONOUS(2);

    private final int standbys;

    Databases(int standbys) {
        this.standbys = standbys;
    }

    /** How many standbys there are unless told otherwise. */
    public int standbys() {
        return standbys;
    }

    /** Whether they have to be started for it. */
    public boolean own() {
        return this != ANY;
    }

    /** Whether commits wait for a standby. */
    public boolean synchronous() {
        return this == OWN_SYNCHRONOUS;
    }
}
