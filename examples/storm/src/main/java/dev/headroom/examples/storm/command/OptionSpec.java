package dev.headroom.examples.storm.command;

import java.net.URI;
import java.util.List;
import java.util.function.Predicate;

/**
 * An option of the command line.
 *
 * @param name without its dashes
 * @param placeholder stands for the value in the help; empty for a switch, which has none
 * @param fallback the value when it is not given; empty for none
 * @param meaning one line for the help
 * @param rule what its values look like
 */
public record OptionSpec(String name, String placeholder, String fallback, String meaning, Rule rule) {

    /**
     * What a value must look like.
     *
     * @param expected in words
     */
    public record Rule(String expected, Predicate<String> holds) {}

    /** A switch, off unless it is given. */
    public static OptionSpec flag(String name, String meaning) {
        return new OptionSpec(name, "", "", meaning, new Rule("no value", String::isEmpty));
    }

    /** A whole number. */
    public static OptionSpec number(String name, long fallback, long least, long most, String meaning) {
        Rule rule = new Rule(least + " to " + most, text -> isNumber(text, least, most));
        return new OptionSpec(name, "N", Long.toString(fallback), meaning, rule);
    }

    /** A text for which the rule holds; an empty fallback stands for none. */
    public static OptionSpec text(String name, String placeholder, String fallback, String meaning, Rule rule) {
        return new OptionSpec(name, placeholder, fallback, meaning, rule);
    }

    /** One or more addresses of sites. */
    public static OptionSpec urls(String name, String fallback, String meaning) {
        Rule rule = new Rule("http://host:port, several with commas", OptionSpec::areUrls);
        return new OptionSpec(name, "URL", fallback, meaning, rule);
    }

    /** Whether it stands alone, without a value. */
    boolean isFlag() {
        return placeholder.isEmpty();
    }

    private static boolean isNumber(String text, long least, long most) {
        try {
            long number = Long.parseLong(text);
            return number >= least && number <= most;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static boolean areUrls(String text) {
        return List.of(text.split(",", -1)).stream().allMatch(OptionSpec::isUrl);
    }

    private static boolean isUrl(String text) {
        try {
            URI url = URI.create(text.strip());
            return "http".equals(url.getScheme()) && url.getHost() != null && url.getQuery() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
