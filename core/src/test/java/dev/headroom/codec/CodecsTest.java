package dev.headroom.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import dev.headroom.config.ConfigurationException;
import dev.headroom.json.Jackson3Codec;
import dev.headroom.json.JacksonCodec;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecsTest {
    public record Photo(long id, String title, List<String> sizes) implements Serializable {}

    private static final Photo PHOTO = new Photo(7, "grüße", new ArrayList<>(List.of("50x50")));

    static Stream<Codec> json() {
        return Stream.of(Codecs.json(), JacksonCodec.withDefaults(), Jackson3Codec.withDefaults());
    }

    @ParameterizedTest
    @MethodSource("json")
    void writesAndReadsJson(Codec codec) {
        byte[] bytes = codec.encode(PHOTO);
        assertThat(new String(bytes, StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":7,\"title\":\"grüße\",\"sizes\":[\"50x50\"]}");
        assertThat(codec.decode(bytes, Photo.class)).isEqualTo(PHOTO);
        assertThat(codec.decode(bytes, Object.class))
                .isEqualTo(Map.of("id", 7, "title", "grüße", "sizes", List.of("50x50")));
        assertThat(codec.decode(codec.encode(null), Photo.class)).isNull();
        assertThat(codec.name()).isEqualTo("json");
    }

    @ParameterizedTest
    @MethodSource("json")
    void skipsPropertiesItDoesNotKnow(Codec codec) {
        byte[] newer = "{\"id\":7,\"title\":\"t\",\"new\":1,\"sizes\":[]}".getBytes(StandardCharsets.UTF_8);
        assertThat(codec.decode(newer, Photo.class)).isEqualTo(new Photo(7, "t", List.of()));
    }

    @ParameterizedTest
    @MethodSource("json")
    void saysWhereJsonIsBrokenButNotWhatItSays(Codec codec) {
        for (String broken : List.of("{\"id\":\"secret\"}", "{\"title\":secret}", "[\"secret\"]", "", "{} secret")) {
            assertThatThrownBy(() -> codec.decode(broken.getBytes(StandardCharsets.UTF_8), Photo.class))
                    .as(broken)
                    .isInstanceOf(CodecException.class)
                    .hasNoCause()
                    .hasMessageContaining("Photo was expected")
                    .hasMessageNotContaining("secret");
        }
        assertThatThrownBy(() -> codec.decode("[".repeat(100_000).getBytes(StandardCharsets.UTF_8), Object.class))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void refusesMappersByWhichBytesNameClasses() {
        ObjectMapper typed = new ObjectMapper()
                .activateDefaultTyping(BasicPolymorphicTypeValidator.builder().build());
        assertThatThrownBy(() -> JacksonCodec.on(typed))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("mapper: default typing");
    }

    @Test
    void readsOnlyWhatTheFilterAllows() {
        Codec codec = Codecs.java(ObjectInputFilter.Config.createFilter(
                "dev.headroom.codec.CodecsTest*;java.lang.*;java.util.ArrayList"));
        assertThat(codec.decode(codec.encode(PHOTO), Photo.class)).isEqualTo(PHOTO);
        byte[] file = codec.encode(new File("/tmp"));
        assertThatThrownBy(() -> codec.decode(file, Object.class)).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> codec.decode(codec.encode(PHOTO), String.class))
                .isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> codec.decode(new byte[] {1, 2}, Object.class)).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> codec.encode(new Object())).isInstanceOf(CodecException.class);
        Codec undecided = Codecs.java(info -> ObjectInputFilter.Status.UNDECIDED);
        assertThatThrownBy(() -> undecided.decode(codec.encode(PHOTO), Object.class))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void boundsTheDepthOfJavaSerialisation() {
        Codec codec = Codecs.java(info -> ObjectInputFilter.Status.ALLOWED);
        ArrayList<Object> deep = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            deep = new ArrayList<>(List.of(deep));
        }
        byte[] bytes = codec.encode(deep);
        assertThatThrownBy(() -> codec.decode(bytes, Object.class)).isInstanceOf(CodecException.class);
    }

    /** Sees this project's classes and the JDK's, but no Jackson. */
    private static final class WithoutJackson extends ClassLoader {
        WithoutJackson() {
            super(CodecsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.contains("jackson")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("dev.headroom")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in == null ? new byte[0] : in.readAllBytes();
                return loaded != null ? loaded : defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void namesTheDependencyThatIsMissing() throws ReflectiveOperationException {
        Class<?> codecs = new WithoutJackson().loadClass(Codecs.class.getName());
        assertThat(codecs.getMethod("tlv").invoke(null)).isNotNull();
        assertThatThrownBy(() -> codecs.getMethod("json").invoke(null))
                .isInstanceOf(InvocationTargetException.class)
                .cause()
                .hasMessageContaining("json: no Jackson on the class path")
                .hasMessageContaining("<artifactId>jackson-databind</artifactId>");
    }
}
