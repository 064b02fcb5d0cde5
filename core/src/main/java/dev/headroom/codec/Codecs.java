package dev.headroom.codec;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.json.Jackson3Codec;
import dev.headroom.json.JacksonCodec;
import java.io.ObjectInputFilter;

/** The codecs that come with Headroom. */
public final class Codecs {
    private Codecs() {}

    /**
     * A builder for the default: compact, allow-listed, without a dependency. See {@link TlvCodec}.
     *
     * <pre>{@code
     * Codec codec = Codecs.tlv().record(64, Cart.class).record(65, Item.class).build();
     * }</pre>
     */
    public static TlvCodec.Builder tlv() {
        return new TlvCodec.Builder();
    }

    /**
     * JSON, readable by people and other languages, through the Jackson on the class path: 2 if it is there, else 3. Properties that a
     * class does not know are skipped and times are ISO-8601. For a mapper of your own see {@link JacksonCodec} and
     * {@link Jackson3Codec}.
     *
     * @throws ConfigurationException if there is no Jackson, with the dependency to add
     */
    public static Codec json() {
        if (present("com.fasterxml.jackson.databind.ObjectMapper")) {
            return JacksonCodec.withDefaults();
        }
        if (present("tools.jackson.databind.json.JsonMapper")) {
            return Jackson3Codec.withDefaults();
        }
        throw new ConfigurationException("json", "no Jackson on the class path", """
                one of these in the pom.xml
                    <dependency>
                      <groupId>com.fasterxml.jackson.core</groupId>
                      <artifactId>jackson-databind</artifactId>
                    </dependency>
                or
                    <dependency>
                      <groupId>tools.jackson.core</groupId>
                      <artifactId>jackson-databind</artifactId>
                    </dependency>
                """);
    }

    /**
     * Java serialisation, of the classes that the filter allows and no others: one that the filter leaves undecided is refused.
     *
     * <p>For sessions and caches that can't do without. Depth, references and array lengths are bounded as well, by the bytes' length.
     * Name the classes that are needed and no others. A whole package or module such as {@code java.base/*} lets in collections that, nested
     * in one another, keep a processor busy for years from a few kilobytes.
     *
     * <pre>{@code
     * Codec codec = Codecs.java(ObjectInputFilter.Config.createFilter(
     *     "com.shop.Cart;com.shop.Item;java.util.ArrayList;java.lang.Number;java.lang.Long"));
     * }</pre>
     *
     * @param filter must allow every class by name
     */
    public static Codec java(ObjectInputFilter filter) {
        return new JavaCodec(Checks.present("filter", filter));
    }

    private static boolean present(String type) {
        try {
            Class.forName(type, false, Codecs.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }
}
