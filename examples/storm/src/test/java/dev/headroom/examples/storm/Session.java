package dev.headroom.examples.storm;

import dev.headroom.examples.storm.failover.Failover;
import dev.headroom.examples.storm.lag.Lag;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.spike.Spike;
import dev.headroom.examples.storm.stampede.Stampede;
import dev.headroom.examples.storm.upload.Upload;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a run said, and its exit status. */
record Session(int status, String out, String errors) {
    static Session run(String... arguments) {
        return run(Map.of(), arguments);
    }

    static Session run(Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        Storm storm = new Storm(
                List.of(new Stampede(), new Spike(), new Upload(), new Lag(), new Failover()),
                environment,
                new Output(new PrintStream(out, true, StandardCharsets.UTF_8), false),
                new PrintStream(errors, true, StandardCharsets.UTF_8));
        int status = storm.run(List.of(arguments));
        return new Session(status, out.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    }
}
