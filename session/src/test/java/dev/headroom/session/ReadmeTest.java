package dev.headroom.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Headroom;
import dev.headroom.codec.Codecs;
import dev.headroom.memcached.Memcached;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Path README = Path.of("README.md");

    record Cart(int pieces) {
        Cart add(int more) {
            return new Cart(pieces + more);
        }
    }

    private static void start(ServletContext servletContext, String addresses) {
        // README: start
        // addresses: "m1:11211,m2:11211"
        Sessions sessions = Sessions.builder()
                .memcached(Memcached.nodes(addresses).build())
                .codec(Codecs.tlv().record(64, Cart.class).build())
                .build();
        Headroom headroom = Headroom.builder("shop").plug(sessions).build();
        headroom.register(servletContext);
        // README: end
    }

    private static final class CartServlet extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            // README: start
            SharedSession.of(request.getSession())
                    .update("cart", Cart.class, cart -> (cart == null ? new Cart(0) : cart).add(1));
            // README: end
            response.getWriter().print(request.getSession().getAttribute("cart"));
        }
    }

    @Test
    void theStartIsWhatRunsHere() throws Exception {
        try (LocalMemcached server = LocalMemcached.start()) {
            assertCounts(context -> start(context, server.address()));
        }
        String source = Files.readString(Path.of("src/test/java/dev/headroom/session/ReadmeTest.java"));
        String readme = Files.readString(README);
        Matcher snippet = Pattern.compile("(?s)// README: start\n(.*?)\n *// README: end\n")
                .matcher(source);
        int snippets = 0;
        while (snippet.find()) {
            assertThat(readme).contains("```java\n" + snippet.group(1).stripIndent() + "\n```");
            snippets++;
        }
        assertThat(snippets).isEqualTo(2);
    }

    @Test
    void aFilterOfWebXmlFindsTheSessionsOfTheServletContext() throws Exception {
        Sessions sessions = Sessions.builder()
                .codec(Codecs.tlv().record(64, Cart.class).build())
                .build();
        try (Headroom headroom = Headroom.builder("shop").plug(sessions).build()) {
            assertCounts(context -> {
                headroom.attach(context);
                FilterRegistration.Dynamic filter = context.addFilter("session", SharedSessionFilter.class);
                filter.setAsyncSupported(true);
                filter.addMappingForUrlPatterns(EnumSet.copyOf(WebServer.DISPATCHES), false, "/*");
            });
        }
    }

    @Test
    void theTableOfMetersIsComplete() throws Exception {
        TreeSet<String> declared = new TreeSet<>();
        for (Field field : SessionMeters.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                declared.add((String) field.get(null));
            }
        }
        TreeSet<String> shown = new TreeSet<>();
        Matcher row =
                Pattern.compile("(?m)^\\| `(headroom\\.session\\.[a-z.]+)`").matcher(Files.readString(README));
        while (row.find()) {
            shown.add(row.group(1));
        }
        assertThat(shown).isEqualTo(declared);
    }

    private static void assertCounts(Consumer<ServletContext> setUp) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory(Files.createDirectories(Path.of("target")), "tomcat-")
                .toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "cart", new CartServlet()).setAsyncSupported(true);
        context.addServletMappingDecoded("/", "cart");
        context.addServletContainerInitializer((classes, servletContext) -> setUp.accept(servletContext), null);
        tomcat.getConnector();
        tomcat.start();
        try {
            WebServer server = new WebServer() {
                @Override
                public int port() {
                    return tomcat.getConnector().getLocalPort();
                }

                @Override
                public void close() {}
            };
            Browser browser = new Browser();
            assertThat(browser.get(server, "/").body()).isEqualTo("Cart[pieces=1]");
            assertThat(browser.get(server, "/").body()).isEqualTo("Cart[pieces=2]");
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }
}
