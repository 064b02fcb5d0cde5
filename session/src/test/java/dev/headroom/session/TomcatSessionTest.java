package dev.headroom.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TomcatSessionTest extends SharedSessionContract {
    @Override
    WebServer start(Sessions sessions) {
        return new TomcatServer(sessions);
    }

    @Test
    void storesBeforeARedirectOfServlet61() {
        try (WebServer server = start(Sessions.builder().build())) {
            Browser browser = new Browser();
            assertThat(browser.get(server, "/redirect-status?v=x").status()).isEqualTo(303);
            assertThat(browser.get(server, "/get").body()).isEqualTo("x");
        }
    }
}
