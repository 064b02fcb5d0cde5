package dev.headroom.examples.marketplace.web;

import dev.headroom.examples.marketplace.catalog.Catalog;
import dev.headroom.examples.marketplace.catalog.Offers;
import dev.headroom.examples.marketplace.mail.Mailbox;
import dev.headroom.examples.marketplace.orders.Orders;
import dev.headroom.examples.marketplace.photos.Photos;
import dev.headroom.servlet.IdentityCookie;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.nio.file.Path;
import java.util.EnumSet;

/**
 * The site's own pages and filter.
 *
 * @param temporary where uploads are kept while they arrive
 */
public record Site(
        Catalog catalog,
        Offers offers,
        Orders orders,
        Photos photos,
        Mailbox mailbox,
        IdentityCookie identity,
        Path temporary) {
    /** Adds them to the application. */
    public void register(ServletContext context) {
        Views views = new Views();
        FilterRegistration.Dynamic guard = context.addFilter("guard", new GuardFilter());
        guard.setAsyncSupported(true);
        guard.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
        Pages pages = new Pages(catalog, views);
        add(context, "pages", pages, "", "/", "/search", "/sell", "/sellers/*", "/products/*");
        add(context, "offer", new OfferServlet(photos, offers, views), "/products")
                .setMultipartConfig(Uploads.limits(temporary));
        add(context, "images", new ImageServlet(catalog, photos), "/images/*");
        add(context, "cart", new CartServlet(catalog, views), "/cart");
        add(context, "orders", new OrderServlet(orders, identity, views), "/orders", "/orders/*");
        add(context, "mail", new MailServlet(mailbox, views), "/mail");
        add(context, "error", new ErrorServlet(views), "/error");
        add(context, "style", new StyleServlet(), "/style.css");
    }

    private static ServletRegistration.Dynamic add(
            ServletContext context, String name, Servlet servlet, String... paths) {
        ServletRegistration.Dynamic registration = context.addServlet(name, servlet);
        registration.addMapping(paths);
        registration.setAsyncSupported(true);
        return registration;
    }
}
