package dev.headroom.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** Tomcat 11. */
final class TomcatServer implements WebServer {
    private final Tomcat tomcat = new Tomcat();

    TomcatServer(Sessions sessions) {
        try {
            tomcat.setBaseDir(Files.createTempDirectory(Files.createDirectories(Path.of("target")), "tomcat-")
                    .toString());
            tomcat.setPort(0);
            Context context = tomcat.addContext("", null);
            Wrapper servlet = Tomcat.addServlet(context, "test", new TestServlet());
            servlet.setAsyncSupported(true);
            context.addServletMappingDecoded("/", "test");
            FilterDef filter = new FilterDef();
            filter.setFilterName("session");
            filter.setFilter(sessions.filter());
            filter.setAsyncSupported("true");
            context.addFilterDef(filter);
            FilterMap map = new FilterMap();
            map.setFilterName("session");
            map.addURLPattern("/*");
            DISPATCHES.forEach(dispatch -> map.setDispatcher(dispatch.name()));
            context.addFilterMap(map);
            tomcat.getConnector();
            tomcat.start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (LifecycleException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    @Override
    public void close() {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
