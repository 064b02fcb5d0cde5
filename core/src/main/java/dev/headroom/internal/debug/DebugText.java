package dev.headroom.internal.debug;

import dev.headroom.internal.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows a debug log as a block of HTML, in which everything is escaped, and as JSON. */
public final class DebugText {
    private static final String BLOCK_STYLE =
            "display:block;clear:both;margin:2em 0 0;padding:.75em 1em;background:#16191d;"
                    + "color:#d7dde4;font:12px/1.5 ui-monospace,monospace;text-align:left";

    private DebugText() {}

    /** The block that is put at the end of a page. */
    public static String html(String traceId, RequestDebugLog log) {
        StringBuilder out = new StringBuilder(2048);
        out.append("\n<details open class=\"headroom-debug\" style=\"")
                .append(BLOCK_STYLE)
                .append("\">");
        out.append("<summary>debug ").append(escape(traceId)).append("</summary>");
        out.append(
                "<pre style=\"margin:.5em 0 0;white-space:pre-wrap;overflow-wrap:anywhere;background:none;color:inherit\">");
        for (RequestDebugLog.Line line : log.lines()) {
            out.append(escape(line(line))).append('\n');
        }
        if (log.dropped() > 0) {
            out.append("&#8230; and ").append(log.dropped()).append(" more\n");
        }
        return out.append("</pre></details>\n").toString();
    }

    /** The log as JSON. */
    public static String json(String traceId, RequestDebugLog log) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (RequestDebugLog.Line line : log.lines()) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("atMillis", line.atNanos() / 1e6);
            shown.put("area", line.area());
            shown.put("text", line.text());
            shown.put("millis", line.nanos() < 0 ? null : line.nanos() / 1e6);
            shown.put("failure", line.failure().isEmpty() ? null : line.failure());
            lines.add(shown);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("traceId", traceId);
        all.put("lines", lines);
        all.put("dropped", log.dropped());
        return Json.write(all);
    }

    private static String line(RequestDebugLog.Line line) {
        String at = String.format(Locale.ROOT, "%8.1f ms  [%s] %s", line.atNanos() / 1e6, line.area(), line.text());
        String took = line.nanos() < 0 ? "" : String.format(Locale.ROOT, "  (%.2f ms)", line.nanos() / 1e6);
        return at + took + (line.failure().isEmpty() ? "" : "  FAILED " + line.failure());
    }

    private static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                    // The page may have any charset, so what is not ASCII goes by number; control characters are no
                    // part of HTML.
                    if (c >= ' ' && c < 127) {
                        out.append((char) c);
                    } else {
                        out.append(c < 160 || c >= 0xd800 && c < 0xe000 ? " " : "&#" + c + ";");
                    }
                }
            }
        });
        return out.toString();
    }
}
