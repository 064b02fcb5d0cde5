package dev.headroom.flags.internal;

import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.flags.Flag;
import dev.headroom.flags.FlagDefinition;
import dev.headroom.flags.Flags;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;

/**
 * The flags' part of the console.
 *
 * @param flags the flags
 * @param reloader where their rules come from
 * @param clock says which flags have expired
 */
public record FlagsPanel(Flags flags, Reloader reloader, Clock clock) implements ConsolePanel {
    @Override
    public String id() {
        return "flags";
    }

    @Override
    public String title() {
        return "Flags";
    }

    @Override
    public PanelView view() {
        List<List<String>> rows = flags.all().stream().map(this::row).toList();
        String state = reloader.failure().map(why -> "last good rules: " + why).orElse("current");
        PanelView.Level level = reloader.failure().isPresent() ? PanelView.Level.WARN : PanelView.Level.GOOD;
        return PanelView.builder()
                .figure("source", reloader.source())
                .figure("rules", state, level)
                .table("", List.of("flag", "rule", "on", "off", "shed", "owner", "when off"), rows)
                .build();
    }

    private List<String> row(Flag flag) {
        FlagDefinition definition = flag.definition();
        boolean expired =
                definition.expires().filter(LocalDate.now(clock)::isAfter).isPresent();
        Flags.Answers answers = flags.answers(flag);
        return List.of(
                flag.name() + (expired ? " (expired)" : ""),
                flag.rule(),
                Long.toString(answers.on()),
                Long.toString(answers.off()),
                Long.toString(answers.shed()),
                definition.owner(),
                definition.whenOff());
    }
}
