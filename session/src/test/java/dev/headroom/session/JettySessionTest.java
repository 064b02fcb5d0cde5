package dev.headroom.session;

class JettySessionTest extends SharedSessionContract {
    @Override
    WebServer start(Sessions sessions) {
        return new JettyServer(sessions);
    }
}
