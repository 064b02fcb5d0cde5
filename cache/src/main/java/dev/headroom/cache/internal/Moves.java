package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes the tier had before, as it stands beside the count of a node's last clearing: {@code count nodes moves}, each move a count, a colon, the nodes and a
 * semicolon. A value with a stamp from before a move's count is bad if its key lay on another node then, for there it was dropped; the others are as good as they were.
 */
final class Moves {
    private static final char END = ';';

    private final byte[] record;
    private final List<Move> all;

    /** What was before this count; no placement if the tier can't tell. */
    private record Move(long count, @Nullable UnaryOperator<String> placement) {}

    private Moves(byte[] record, List<Move> all) {
        this.record = record;
        this.all = all;
    }

    /** Whether a record bears any; asked for each value. */
    static boolean any(byte @Nullable [] record) {
        return record != null && record.length > 0 && record[record.length - 1] == END;
    }

    /** Whether these are the record's. */
    boolean areOf(byte[] record) {
        return Arrays.equals(this.record, record);
    }

    static Moves of(byte[] record, Function<String, Optional<UnaryOperator<String>>> placements) {
        List<Move> all = new ArrayList<>();
        for (String each : texts(record)) {
            UnaryOperator<String> placement = placements.apply(nodes(each)).orElse(null);
            all.add(new Move(count(each), placement));
        }
        return new Moves(record, all);
    }

    /** Whether a value on this node, with this stamp, was never dropped elsewhere. */
    boolean good(String key, String node, long stamp) {
        for (Move move : all) {
            UnaryOperator<String> placement = move.placement;
            if (stamp < move.count && (placement == null || !node.equals(placement.apply(key)))) {
                return false;
            }
        }
        return true;
    }

    /** Those of a record that a clearing with this count leaves; begins with a blank if there are any. */
    static String after(byte[] record, long count) {
        return joined(texts(record).stream().filter(each -> count(each) > count).toList());
    }

    /** Those of a record and others with this count; of one list of nodes the last. */
    static String with(byte[] record, long count, Collection<String> lists) {
        List<String> moves = new ArrayList<>(texts(record).stream()
                .filter(each -> !lists.contains(nodes(each)))
                .toList());
        lists.forEach(nodes -> moves.add(count + ":" + nodes));
        return joined(moves);
    }

    private static String joined(List<String> moves) {
        return moves.isEmpty() ? "" : " " + String.join(String.valueOf(END), moves) + END;
    }

    private static List<String> texts(byte[] record) {
        if (!any(record)) {
            return List.of();
        }
        String text = new String(record, US_ASCII);
        return List.of(text.substring(text.lastIndexOf(' ') + 1).split(String.valueOf(END)));
    }

    private static long count(String move) {
        return Long.parseLong(move.substring(0, move.indexOf(':')));
    }

    private static String nodes(String move) {
        return move.substring(move.indexOf(':') + 1);
    }
}
