package dev.headroom.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.config.ConfigurationException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyExpressionTest {
    public record Seller(String name, boolean paying) {}

    public record Product(long id, @Nullable Seller seller, List<String> tags, Map<String, Integer> stock) {}

    public static class Bean {
        public String getTitle() {
            return "bean";
        }

        public boolean isLive() {
            return true;
        }

        public boolean delete() {
            throw new AssertionError("never called");
        }
    }

    record Hidden(int id) {}

    public interface Shop {
        CompletionStage<Product> find(Product product, int page, String text, List<Product> all, Object any, Bean bean);

        Optional<Product> hidden(Hidden hidden);

        void nothing();
    }

    private static final Seller ADA = new Seller("ada", true);
    private static final Product PRODUCT = new Product(42, ADA, List.of("old", "red"), Map.of("berlin", 3));

    private static MethodSite site(String name) {
        for (Method method : Shop.class.getMethods()) {
            if (method.getName().equals(name)) {
                return new MethodSite(method, method);
            }
        }
        throw new AssertionError(name);
    }

    private static @Nullable Object value(String expression) {
        Object[] arguments = {PRODUCT, 7, "it's", List.of(PRODUCT), PRODUCT, new Bean()};
        return KeyExpression.compile("key", expression, site("find")).evaluate(arguments, PRODUCT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '"',
            value = {
                "#product.id ~ 42",
                "#p0.id ~ 42",
                "#product.seller.name ~ ada",
                "#product.seller.paying ? 'gold' : 'free' ~ gold",
                "#product.tags[1] ~ red",
                "#product.stock['berlin'] ~ 3",
                "#product.stock.berlin ~ 3",
                "#product.stock.paris ~ null",
                "#all[0].seller.name ~ ada",
                "#any.seller.name ~ ada",
                "#any.tags[0] ~ old",
                "#result.id ~ 42",
                "#bean.title + '/' + #bean.live ~ bean/true",
                "'cat:' + #page ~ cat:7",
                "#page + 1 ~ 8",
                "#page + 0.5 ~ 7.5",
                "#page + 1 + ' of ' + 9 ~ 8 of 9",
                "'don''t' ~ don't",
                "#page == 7 && !(#page != 7) ~ true",
                "#page > 6 || #nope.nope ~ true",
                "#page >= 7 ? #page <= 7 ? 'a' : 'b' : 'c' ~ a",
                "null == #product.stock.paris ~ true",
                "#product.stock.paris < 3 ~ false",
                "#text == 'it''s' ~ true",
                "'a' < 'b' ~ true",
                "#product.id == #p0.id ~ true",
                "( ( 1 ) ) ~ 1",
            })
    void computesWhatTheGrammarSays(String expression, String expected) {
        if (expression.contains("#nope")) {
            assertThatThrownBy(() -> value(expression)).isInstanceOf(ConfigurationException.class);
        } else {
            assertThat(String.valueOf(value(expression))).isEqualTo(expected);
        }
    }

    @Test
    void givesNullForWhatIsBehindNull() {
        Object[] arguments = {new Product(1, null, List.of(), Map.of()), 0, null, null, Optional.empty(), null};
        for (String expression : List.of("#product.seller.name", "#all[0].id", "#any.id", "#bean.title", "#text")) {
            assertThat(KeyExpression.compile("key", expression, site("find")).evaluate(arguments, null))
                    .as(expression)
                    .isNull();
        }
    }

    @Test
    void takesWhatAnOptionalHolds() {
        KeyExpression expression = KeyExpression.compile("key", "#any.seller.name", site("find"));
        Object[] arguments = {null, 0, null, null, Optional.of(PRODUCT), null};
        assertThat(expression.evaluate(arguments, null)).isEqualTo("ada");
    }

    @Test
    void comparesNumbersByValue() {
        KeyExpression expression = KeyExpression.compile("key", "#any == #page", site("find"));
        for (Number seven : List.<Number>of(7, 7L, 7.0, (short) 7, new BigDecimal("7.00"))) {
            assertThat(expression.evaluate(new Object[] {null, 7, null, null, seven, null}, null))
                    .as("%s", seven.getClass())
                    .isEqualTo(true);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '"',
            value = {
                "#produkt.id ~ one of #product, #page, #text, #all, #any, #bean, #p0 to #p5, #result, at character 1",
                "#p6 ~ one of #product, #page, #text, #all, #any, #bean, #p0 to #p5, #result, at character 1",
                "#product.sellr ~ one of Product's [id, seller, stock, tags], not sellr, at character 10",
                "#bean.class ~ not class, at character 7",
                "#product.hashCode ~ not hashCode, at character 10",
                "#text.getBytes.x ~ at character 16",
                "#product.[0] ~ a name after the dot, not [ at character 10",
                "#page[0] ~ a list, an array or a map before [, not int, at character 7",
                "#product.id == ~ a value, not the end, at character 15",
                "#product.id #page ~ an operator or the end, not #page, at character 13",
                "'open ~ a closing quote at character 1",
                "# ~ a name after # at character 1",
                "#page ? 1 : 2 ~ a condition, not a int, at character 1",
                "#page > 1 ? 1 ~ :, not the end, at character 14",
                "!'a' ~ a condition, not a String, at character 2",
                "T(Runtime) ~ not T at character 1",
                "#page; 1 ~ no character ';' at character 6",
                "99999999999999999999 ~ a number that fits in 64 bits at character 1",
                "'' + @bean ~ no character '@' at character 6",
                "\"\" ~ a value, not the end, at character 1",
            })
    void saysAtWhichCharacterWhatWasExpected(String expression, String expected) {
        assertThatThrownBy(() -> value(expression))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("key: \"" + expression + "\" (expected: ")
                .hasMessageContaining(expected);
    }

    @Test
    void refusesAnAccessorOfATypeThatIsNotPublic() {
        ThrowingCallable compile = () -> KeyExpression.compile("key", "#hidden.id", site("hidden"));
        assertThatThrownBy(compile).hasMessageContaining("a public accessor, of which Hidden has none");
    }

    /** Gets several by their keys. */
    public interface Several {
        Map<String, List<String>> all(boolean any, java.util.Set<String> ids);
    }

    @Test
    void standsForOneEntryOfAMap() throws NoSuchMethodException {
        Method all = Several.class.getMethod("all", boolean.class, java.util.Set.class);
        MethodSite site = new MethodSite(all, all);
        KeyExpression each = KeyExpression.compileForEach("tags", "#ids + '/' + #p1 + '/' + #result[0]", site, 1);
        assertThat(each.evaluate(new Object[] {true, "key"}, List.of("first"))).isEqualTo("key/key/first");
        assertThatThrownBy(() -> KeyExpression.compileForEach("tags", "#result.unknown", site, 1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tags");
    }

    @Test
    void refusesTheResultBeforeTheCall() {
        assertThatThrownBy(() -> KeyExpression.compileBeforeCall("key", "#result.id", site("find")))
                .hasMessageContaining("no #result before the call, at character 1");
    }

    @Test
    void asksForParameterNamesThatWereNotCompiledIn() throws NoSuchMethodException {
        Method unnamed = java.util.function.Function.class.getMethod("apply", Object.class);
        assertThatThrownBy(() -> KeyExpression.compile("key", "#id", new MethodSite(unnamed, unnamed)))
                .hasMessageContaining("#p0, or the class compiled with -parameters to know #id, at character 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 400, 100_000})
    void boundsLengthAndDepth(int depth) {
        String expression = "(".repeat(depth) + "1" + ")".repeat(depth);
        assertThatThrownBy(() -> value(expression))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("at most");
    }

    @Test
    void throwsOnlyConfigurationErrorsForAnyText() {
        String alphabet = "#p0123.[]()'\"?:+!=<>&| abcresult\u00e9\n";
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThatCode(() -> {
                        try {
                            KeyExpression.compile("key", text.toString(), site("find"));
                        } catch (ConfigurationException refused) {
                            assertThat(refused.problems()).hasSize(1);
                        }
                    })
                    .as("seed %d, %s", seed, text)
                    .doesNotThrowAnyException();
        }
    }
}
