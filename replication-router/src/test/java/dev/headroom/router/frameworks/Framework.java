package dev.headroom.router.frameworks;

/** A way to begin a unit of work. */
public interface Framework {
    /** What it is called. */
    String name();

    /** Whether a unit, read-only or not, finds itself on a standby. */
    boolean onStandby(boolean readOnly) throws Exception;

    /** Made from its parts. */
    static Framework of(String name, Unit unit) {
        return new Framework() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean onStandby(boolean readOnly) throws Exception {
                return unit.onStandby(readOnly);
            }
        };
    }

    /** The unit alone. */
    interface Unit {
        /** Whether it finds itself on a standby. */
        boolean onStandby(boolean readOnly) throws Exception;
    }
}
