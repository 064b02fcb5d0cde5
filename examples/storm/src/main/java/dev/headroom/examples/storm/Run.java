package dev.headroom.examples.storm;

import dev.headroom.examples.storm.command.OptionValues;
import dev.headroom.examples.storm.output.Output;
import dev.headroom.examples.storm.output.Verdict;
import dev.headroom.examples.storm.site.Site;
import java.util.Map;

/**
 * One run of a scenario.
 *
 * @param site what it happens to
 * @param options what was asked for
 * @param environment this process's, which a started site has too
 * @param output where it tells
 * @param verdict where it judges
 */
public record Run(Site site, OptionValues options, Map<String, String> environment, Output output, Verdict verdict) {}
