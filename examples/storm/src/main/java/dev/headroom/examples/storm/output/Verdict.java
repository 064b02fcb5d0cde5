package dev.headroom.examples.storm.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What had to hold, and whether it did. Not thread-safe. */
public final class Verdict {
    private final List<Invariant> invariants = new ArrayList<>();

    /**
     * Something that had to hold.
     *
     * @param name what, as a sentence
     * @param broken how it was broken, empty if it held
     */
    public record Invariant(String name, Optional<String> broken) {}

    /** Judges: it held, or this is how it was broken. */
    public void judge(String name, boolean held, String broken) {
        invariants.add(new Invariant(name, held ? Optional.empty() : Optional.of(broken)));
    }

    /** Judges something of which nothing may be there; says what there is. */
    public void none(String name, Tally offenders) {
        judge(name, offenders.sum() == 0, offenders.toString());
    }

    /** All that was judged. */
    public List<Invariant> invariants() {
        return List.copyOf(invariants);
    }

    /** Whether all held, and something was judged at all. */
    public boolean held() {
        return !invariants.isEmpty()
                && invariants.stream().allMatch(invariant -> invariant.broken().isEmpty());
    }

    /** Prints them and a last line that says it all. */
    public void print(Output output) {
        output.say("");
        for (Invariant invariant : invariants) {
            output.say(invariant
                    .broken()
                    .map(how -> "  BROKE  " + invariant.name() + ": " + how)
                    .orElse("  held   " + invariant.name()));
        }
        long broken = invariants.stream()
                .filter(invariant -> invariant.broken().isPresent())
                .count();
        output.say("");
        output.say(
                held()
                        ? "All " + invariants.size() + " invariants held."
                        : broken + " of " + invariants.size() + " invariants broke.");
    }
}
