package dev.headroom.metrics.servlet;

import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metric;
import com.codahale.metrics.Sampling;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import dev.headroom.metrics.internal.Series;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves a registry in
 * <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus' text format</a>, version 0.0.4: counters as
 * {@code _total}, timers and distributions as summaries of recent quantiles, in seconds and bytes.
 */
public final class PrometheusServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final double NANOS = 1e-9;
    private static final double[] QUANTILES = {0.5, 0.9, 0.99};

    private final transient Supplier<Map<String, Metric>> metrics;
    private final transient Function<String, Series> series;
    private final transient BiConsumer<String, RuntimeException> unreadable;

    /**
     * A servlet for these metrics.
     *
     * @param series the name and tags behind a metric's name
     * @param unreadable told of a metric that can't be read; the others are served
     */
    public PrometheusServlet(
            Supplier<Map<String, Metric>> metrics,
            Function<String, Series> series,
            BiConsumer<String, RuntimeException> unreadable) {
        this.metrics = metrics;
        this.series = series;
        this.unreadable = unreadable;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain; version=0.0.4; charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        PrintWriter out = response.getWriter();
        families().forEach((name, family) -> {
            out.print("# TYPE " + name + " " + family.get(0).type() + "\n");
            family.forEach(sample -> print(sample, out, name));
        });
    }

    /** One that can't be read is left out, and the others stay. */
    private void print(Sample sample, PrintWriter out, String name) {
        StringWriter lines = new StringWriter();
        try {
            sample.print(new PrintWriter(lines), name);
        } catch (RuntimeException e) {
            unreadable.accept(name, e);
            return;
        }
        out.print(lines);
    }

    /** Samples of one name together, as the format asks. */
    private Map<String, List<Sample>> families() {
        Map<String, List<Sample>> families = new TreeMap<>();
        metrics.get().forEach((dotted, metric) -> {
            Series of = series.apply(dotted);
            String name = of.name().replaceAll("[^A-Za-z0-9_:]", "_");
            Sample sample = new Sample(of.tags(), metric);
            families.computeIfAbsent(sample.type().equals("counter") ? name + "_total" : name, any -> new ArrayList<>())
                    .add(sample);
        });
        return families;
    }

    private record Sample(Map<String, String> tags, Metric metric) {
        String type() {
            return metric instanceof Sampling ? "summary" : metric instanceof Gauge ? "gauge" : "counter";
        }

        void print(PrintWriter out, String name) {
            if (metric instanceof Sampling sampling) {
                summary(out, name, sampling.getSnapshot(), metric instanceof Timer ? NANOS : 1);
            } else if (metric instanceof Gauge<?> gauge) {
                line(out, name, null, gauge.getValue() instanceof Number number ? number.doubleValue() : Double.NaN);
            } else if (metric instanceof Counting counting) {
                line(out, name, null, counting.getCount());
            }
        }

        private void summary(PrintWriter out, String name, Snapshot recent, double unit) {
            for (double quantile : QUANTILES) {
                double value = recent.size() == 0 ? Double.NaN : recent.getValue(quantile) * unit;
                line(out, name, Double.toString(quantile), value);
            }
            if (metric instanceof Counting counting) {
                line(out, name + "_count", null, counting.getCount());
            }
        }

        private void line(PrintWriter out, String name, @Nullable String quantile, double value) {
            List<String> labels = new ArrayList<>();
            tags.forEach((key, text) -> labels.add(key.replaceAll("[^A-Za-z0-9_]", "_") + "=\"" + escape(text) + "\""));
            if (quantile != null) {
                labels.add("quantile=\"" + quantile + "\"");
            }
            out.print(
                    name + (labels.isEmpty() ? "" : "{" + String.join(",", labels) + "}") + " " + number(value) + "\n");
        }

        private static String number(double value) {
            return value == Math.rint(value) && Math.abs(value) < 1e15
                    ? Long.toString((long) value)
                    : Double.toString(value);
        }

        private static String escape(String text) {
            return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        }
    }
}
