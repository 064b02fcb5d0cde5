package dev.headroom.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a panel shows: figures, graphs over time, tables and actions; plain data.
 *
 * <pre>{@code
 * return PanelView.builder()
 *     .figure("hit rate", "97.1 %", Level.GOOD)
 *     .series("replica lag r1", "s", lag)          // graphed over time by the console
 *     .table("Queues", List.of("queue", "ready"), rows)
 *     .build();
 * }</pre>
 *
 * @param figures single values, shown large
 * @param series numbers that the console graphs over the time it is open
 * @param tables tables of text
 * @param actions what an operator may do
 */
public record PanelView(List<Figure> figures, List<Series> series, List<Table> tables, List<Action> actions) {
    /** Copies the lists. */
    public PanelView {
        figures = List.copyOf(figures);
        series = List.copyOf(series);
        tables = List.copyOf(tables);
        actions = List.copyOf(actions);
    }

    /** How a figure is coloured. */
    public enum Level {
        /** No judgement. */
        PLAIN,
        /** All is well. */
        GOOD,
        /** Degraded, healing by itself. */
        WARN,
        /** Somebody must act. */
        BAD
    }

    /** A single value. */
    public record Figure(String label, String value, Level level) {}

    /** The newest value of something that is graphed; {@code NaN} when unknown. */
    public record Series(String label, String unit, double value) {}

    /** A table of text. */
    public record Table(String title, List<String> columns, List<List<String>> rows) {
        /** Copies the lists. */
        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
        }
    }

    /** A button: the action's name, its label and the parameters that it sends. */
    public record Action(String name, String label, Map<String, String> parameters) {
        /** Copies the map. */
        public Action {
            parameters = Map.copyOf(parameters);
        }
    }

    /** A builder of views. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects a view's parts. Not thread-safe. */
    public static final class Builder {
        private final List<Figure> figures = new ArrayList<>();
        private final List<Series> series = new ArrayList<>();
        private final List<Table> tables = new ArrayList<>();
        private final List<Action> actions = new ArrayList<>();

        private Builder() {}

        /** Adds a figure without judgement. */
        public Builder figure(String label, Object value) {
            return figure(label, value, Level.PLAIN);
        }

        /** Adds a figure. */
        public Builder figure(String label, Object value, Level level) {
            figures.add(new Figure(label, String.valueOf(value), level));
            return this;
        }

        /** Adds a number to graph. */
        public Builder series(String label, String unit, double value) {
            series.add(new Series(label, unit, value));
            return this;
        }

        /** Adds a table. */
        public Builder table(String title, List<String> columns, List<List<String>> rows) {
            tables.add(new Table(title, columns, rows));
            return this;
        }

        /** Adds an action. */
        public Builder action(String name, String label, Map<String, String> parameters) {
            actions.add(new Action(name, label, parameters));
            return this;
        }

        /** The view. */
        public PanelView build() {
            return new PanelView(figures, series, tables, actions);
        }
    }
}
