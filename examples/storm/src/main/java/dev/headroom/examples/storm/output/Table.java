package dev.headroom.examples.storm.output;

import java.util.List;
import java.util.Locale;

/** A table whose rows can be printed one by one, as they come. Immutable. */
public final class Table {
    private static final String GAP = "  ";

    private final List<Column> columns;

    private record Column(String title, int width, boolean left) {
        String cell(String text) {
            return left
                    ? text + " ".repeat(Math.max(0, width - text.length()))
                    : " ".repeat(Math.max(0, width - text.length())) + text;
        }
    }

    private Table(List<Column> columns) {
        this.columns = columns;
    }

    /** A table with these titles: {@code name<} begins left, {@code number} ends right, {@code name<24} is 24 wide. */
    public static Table of(String... titles) {
        return new Table(List.of(titles).stream().map(Table::column).toList());
    }

    private static Column column(String spec) {
        int mark = Math.max(spec.indexOf('<'), spec.indexOf('>'));
        if (mark < 0) {
            return new Column(spec, spec.length(), false);
        }
        String title = spec.substring(0, mark);
        String width = spec.substring(mark + 1);
        int wanted = width.isEmpty() ? 0 : Integer.parseInt(width);
        return new Column(title, Math.max(title.length(), wanted), spec.charAt(mark) == '<');
    }

    /** The titles. */
    public String header() {
        return line(columns.stream().map(Column::title).toList());
    }

    /** The line below the titles. */
    public String rule() {
        return line(columns.stream().map(column -> "-".repeat(column.width())).toList());
    }

    /** A row; numbers get their thousands apart, doubles are milliseconds. */
    public String row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    "cells: " + cells.length + " (expected: " + columns.size() + ", one for each column)");
        }
        return line(List.of(cells).stream().map(Table::text).toList());
    }

    private String line(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            line.append(GAP).append(columns.get(i).cell(cells.get(i)));
        }
        return line.toString().stripTrailing();
    }

    private static String text(Object cell) {
        if (cell instanceof Double millis) {
            return Latencies.text(millis);
        }
        return cell instanceof Number number ? String.format(Locale.ROOT, "%,d", number.longValue()) : cell.toString();
    }
}
