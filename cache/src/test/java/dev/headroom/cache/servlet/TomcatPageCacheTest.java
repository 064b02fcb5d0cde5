package dev.headroom.cache.servlet;

class TomcatPageCacheTest extends PageCacheContract {
    @Override
    PageSite.Container container() {
        return PageSite.Container.TOMCAT;
    }
}
