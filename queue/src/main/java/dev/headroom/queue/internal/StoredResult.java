package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.queue.JobResult;
import dev.headroom.queue.internal.sql.ResultTable;
import java.time.Instant;
import java.util.Optional;

/** A result as the database has it. */
record StoredResult(JsonPayloads payloads, String name, ResultTable.Ended ended) implements JobResult {
    @Override
    public End end() {
        return ended.end();
    }

    @Override
    public <T> Optional<T> value(Class<T> type) {
        Checks.present("type", type);
        return Optional.ofNullable(ended.value())
                .map(text -> type.cast(payloads.read("result of " + name, type, text)));
    }

    @Override
    public String error() {
        String error = ended.error();
        return error == null ? "" : error;
    }

    @Override
    public Instant endedAt() {
        return ended.at();
    }

    @Override
    public String toString() {
        return "JobResult[" + name + " " + end() + "]";
    }
}
