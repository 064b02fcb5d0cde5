package dev.headroom.storage.internal;

import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A store's part of the console.
 *
 * @param store its name
 * @param place where its blobs are
 * @param free bytes that can still be put, negative if that has no meaning
 * @param meters what it has done
 */
public record StorePanel(String store, String place, LongSupplier free, Supplier<StoreMeters> meters)
        implements ConsolePanel {
    @Override
    public String id() {
        return "storage-" + store;
    }

    @Override
    public String title() {
        return "Blobs: " + store;
    }

    @Override
    public PanelView view() {
        StoreMeters done = meters.get();
        PanelView.Builder view = PanelView.builder()
                .figure("place", place)
                .figure("put", done.putCount())
                .figure("read", done.readCount())
                .figure("failed", done.failedCount(), level(done.failedCount(), PanelView.Level.WARN))
                .figure("corrupted", done.corruptedCount(), level(done.corruptedCount(), PanelView.Level.BAD));
        long bytes = free.getAsLong();
        if (bytes >= 0) {
            view.figure("free", String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30)));
        }
        return view.build();
    }

    private static PanelView.Level level(long count, PanelView.Level whenAny) {
        return count == 0 ? PanelView.Level.GOOD : whenAny;
    }
}
