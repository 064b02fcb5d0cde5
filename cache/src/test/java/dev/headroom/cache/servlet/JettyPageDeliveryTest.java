package dev.headroom.cache.servlet;

class JettyPageDeliveryTest extends PageDeliveryContract {
    @Override
    PageSite.Container container() {
        return PageSite.Container.JETTY;
    }
}
