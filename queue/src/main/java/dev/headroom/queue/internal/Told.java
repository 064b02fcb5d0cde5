package dev.headroom.queue.internal;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Who is told what becomes of ends.
 *
 * @param written they are in the database
 * @param lost so many were no longer held
 * @param waiting they can't be written, for what others have locked or since the server has no room; said again from time to time
 */
record Told(Consumer<List<Settled>> written, IntConsumer lost, Consumer<List<Settled>> waiting) {}
