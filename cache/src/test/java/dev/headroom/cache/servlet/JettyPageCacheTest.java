package dev.headroom.cache.servlet;

class JettyPageCacheTest extends PageCacheContract {
    @Override
    PageSite.Container container() {
        return PageSite.Container.JETTY;
    }
}
