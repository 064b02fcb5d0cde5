package dev.headroom.benchmarks.queue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The subjects by name, and how many jobs each burns down in about a quarter of a minute on two processors. */
final class QueueSubjects {
    private interface Opening {
        QueueSubject open(Database database) throws Exception;
    }

    private record Known(int jobs, Opening opening) {}

    private static final Map<String, Known> ALL = new LinkedHashMap<>();

    static {
        ALL.put("headroom", ours(300_000, HeadroomSubject.Kind.LEASE));
        ALL.put("headroom tx", ours(60_000, HeadroomSubject.Kind.COMPLETE_IN_TX));
        ALL.put("headroom lock", ours(300_000, HeadroomSubject.Kind.LOCK_IN_TX));
        ALL.put("headroom tx row", ours(60_000, HeadroomSubject.Kind.COMPLETE_IN_TX_ROW));
        ALL.put("headroom lock row", ours(100_000, HeadroomSubject.Kind.LOCK_IN_TX_ROW));
        ALL.put("headroom keyed", ours(30_000, HeadroomSubject.Kind.KEYED));
        ALL.put("headroom paced", ours(30_000, HeadroomSubject.Kind.PACED));
        ALL.put("headroom mariadb", ours(60_000, HeadroomSubject.Kind.LEASE));
        ALL.put("headroom h2", ours(100_000, HeadroomSubject.Kind.LEASE));
        ALL.put("db-scheduler", new Known(25_000, database -> new DbSchedulerSubject(database, 20, 4, 20)));
        ALL.put("db-scheduler 100", new Known(25_000, database -> new DbSchedulerSubject(database, 100, 2, 6)));
        ALL.put("jobrunr", new Known(4_000, JobRunrSubject::new));
        ALL.put("quartz", new Known(2_000, QuartzSubject::new));
    }

    private QueueSubjects() {}

    private static Known ours(int jobs, HeadroomSubject.Kind kind) {
        return new Known(jobs, database -> new HeadroomSubject(database, kind));
    }

    /** Those that a scenario is for when nobody says which. */
    static List<String> names(String scenario) {
        return switch (scenario) {
            case "transaction" -> List.of("headroom", "db-scheduler");
            case "burst" -> List.of("headroom", "headroom paced", "db-scheduler");
            case "snapshot", "waiting" -> List.of("headroom", "db-scheduler");
            case "steady", "pickup" ->
                List.of("headroom", "headroom mariadb", "headroom h2", "db-scheduler", "jobrunr", "quartz");
            case "bulk" -> List.of("headroom", "headroom mariadb", "headroom h2", "db-scheduler", "jobrunr", "quartz");
            default ->
                ALL.keySet().stream()
                        .filter(name -> !name.equals("headroom paced"))
                        .toList();
        };
    }

    /** The database that a subject needs: postgresql, mariadb or h2. */
    static String database(String name) {
        known(name);
        String last = name.substring(name.lastIndexOf(' ') + 1);
        return last.equals("mariadb") || last.equals("h2") ? last : "postgresql";
    }

    static int jobs(String name) {
        return known(name).jobs;
    }

    static QueueSubject open(String name, Database database) throws Exception {
        return known(name).opening.open(database);
    }

    private static Known known(String name) {
        Known known = ALL.get(name);
        if (known == null) {
            throw new IllegalArgumentException("subject: " + name + " (expected: one of " + ALL.keySet() + ")");
        }
        return known;
    }
}
