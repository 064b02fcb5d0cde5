package dev.headroom.cache.servlet;

class TomcatPageDeliveryTest extends PageDeliveryContract {
    @Override
    PageSite.Container container() {
        return PageSite.Container.TOMCAT;
    }
}
