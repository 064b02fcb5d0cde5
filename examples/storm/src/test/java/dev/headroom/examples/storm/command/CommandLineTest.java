package dev.headroom.examples.storm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    private static final List<OptionSpec> OPTIONS = List.of(
            OptionSpec.number("clients", 200, 1, 1000, "how many"),
            OptionSpec.urls("url", "http://localhost:8080", "where"),
            OptionSpec.flag("start", "start one"));

    @Test
    void takesDefaultsForWhatIsNotGiven() {
        OptionValues values = read();

        assertThat(values.number("clients")).isEqualTo(200);
        assertThat(values.text("url")).isEqualTo("http://localhost:8080");
        assertThat(values.isOn("start")).isFalse();
    }

    @Test
    void takesValuesAfterABlankAndAfterAnEqualsSign() {
        OptionValues values = read("--clients", "7", "--start", "--url=http://a:1,http://b:2");

        assertThat(values.number("clients")).isEqualTo(7);
        assertThat(values.text("url")).isEqualTo("http://a:1,http://b:2");
        assertThat(values.isOn("start")).isTrue();
    }

    @Test
    void saysEverythingThatIsWrong() {
        assertThatThrownBy(() -> read("--clients", "0", "--speed", "9", "lots", "--start=yes", "--url"))
                .isInstanceOf(CommandLineException.class)
                .hasMessageContainingAll(
                        "--clients: 0 (expected: 1 to 1000)",
                        "option: --speed (expected: one of --clients, --url, --start for stampede)",
                        "argument: lots (expected: options, which begin with --)",
                        "--start=yes (expected: no value)",
                        "--url: nothing (expected: http://host:port, several with commas)")
                .message()
                .doesNotContain("argument: 9");
    }

    @Test
    void refusesAnOptionGivenTwice() {
        assertThatThrownBy(() -> read("--clients", "1", "--clients=2"))
                .hasMessage("--clients: given twice (expected: once)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:8080", "https://localhost", "http://", "http://a:1,,http://b:2", "http://a b", ""})
    void refusesWhatIsNoAddress(String url) {
        assertThatThrownBy(() -> read("--url", url)).isInstanceOf(CommandLineException.class);
    }

    @Test
    void namesAScenarioItDoesNotKnowAndThoseItDoes() {
        Map<String, String> scenarios = new TreeMap<>(Map.of("spike", "1", "upload", "2"));

        assertThat(CommandLine.scenario("spike", scenarios)).isEqualTo("1");
        assertThatThrownBy(() -> CommandLine.scenario("drizzle", scenarios))
                .hasMessage("scenario: drizzle (expected: one of spike, upload)");
    }

    private static OptionValues read(String... arguments) {
        return CommandLine.options("stampede", OPTIONS, List.of(arguments));
    }
}
