package dev.headroom.flags.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.flags.FlagDefinition;
import dev.headroom.flags.Flags;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlagsFilterTest {
    @TempDir
    Path folder;

    /** What a container gives to a filter of {@code web.xml}, and this application in its servlet context. */
    private static FilterConfig within(Headroom headroom) {
        ServletContext context = stub(ServletContext.class, headroom);
        return stub(FilterConfig.class, context);
    }

    /** Whatever it is asked for, it answers this. */
    private static <T> T stub(Class<T> type, Object answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> answer));
    }

    @Test
    void findsItsFlagsWhenTheContainerMakesIt() throws Exception {
        Path file = Files.writeString(folder.resolve("flags.properties"), "related = on");
        Flags flags = Flags.builder()
                .define(FlagDefinition.named("related").owner("shop").whenOff("nothing"))
                .file(file)
                .build();
        try (Headroom headroom = Headroom.builder("test").plug(flags).build()) {
            FlagsFilter filter = FlagsFilter.class.getConstructor().newInstance();
            filter.init(within(headroom));
            RequestContext.builder().user("ann").build().call(() -> {
                filter.doFilter(
                        stub(ServletRequest.class, ""), stub(ServletResponse.class, ""), (request, response) -> {
                            Files.writeString(file, "related = off");
                            flags.reload();
                            assertThat(flags.flag("related").on()).as("frozen").isTrue();
                        });
                return true;
            });
            RequestContext.builder().user("ann").build().call(() -> {
                assertThat(flags.flag("related").on()).isFalse();
                return true;
            });
        }
    }

    @Test
    void saysWhatIsMissing() {
        try (Headroom headroom = Headroom.builder("test").build()) {
            assertThatThrownBy(() -> new FlagsFilter().init(within(headroom)))
                    .isInstanceOf(ServletException.class)
                    .hasMessage("plug: no Flags (expected: headroom.plug(flags))");
        }
    }
}
