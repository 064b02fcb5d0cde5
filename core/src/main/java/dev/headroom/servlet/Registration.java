package dev.headroom.servlet;

import dev.headroom.config.Problems;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Registers filters and endpoints with a servlet context: filters by slot, within one slot in the order given, all before those that
 * {@code web.xml} declares.
 */
public final class Registration implements WebParts {
    private final List<FilterSpec> filters = new ArrayList<>();
    private final List<EndpointSpec> endpoints = new ArrayList<>();

    /** A registration of nothing yet. */
    public Registration() {}

    @Override
    public WebParts filter(FilterSpec filter) {
        filters.add(filter);
        return this;
    }

    @Override
    public WebParts endpoint(EndpointSpec endpoint) {
        endpoints.add(endpoint);
        return this;
    }

    /** The filters, outermost first. */
    public List<FilterSpec> filters() {
        return filters.stream().sorted(Comparator.comparing(FilterSpec::slot)).toList();
    }

    /**
     * Registers everything.
     *
     * @throws dev.headroom.config.ConfigurationException with every name that is taken and every path that has another servlet
     * @throws IllegalStateException if the servlet context has been started
     */
    public void into(ServletContext context) {
        Problems problems = new Problems();
        Set<String> names = new HashSet<>();
        filters.forEach(filter -> problems.unless(
                names.add(filter.name()) && context.getFilterRegistration(filter.name()) == null,
                "filter",
                filter.name(),
                "a name that no other filter has"));
        names.clear();
        endpoints.forEach(endpoint -> problems.unless(
                names.add(endpoint.name()) && context.getServletRegistration(endpoint.name()) == null,
                "endpoint",
                endpoint.name(),
                "a name that no other servlet has"));
        problems.throwIfAny();
        filters().forEach(filter -> add(context, filter));
        endpoints.forEach(endpoint -> add(context, endpoint, problems));
        problems.throwIfAny();
    }

    private static void add(ServletContext context, FilterSpec filter) {
        FilterRegistration.Dynamic registered = context.addFilter(filter.name(), filter.filter());
        registered.setAsyncSupported(true);
        registered.addMappingForUrlPatterns(
                EnumSet.copyOf(filter.dispatchers()),
                false,
                filter.urlPatterns().toArray(String[]::new));
    }

    private static void add(ServletContext context, EndpointSpec endpoint, Problems problems) {
        ServletRegistration.Dynamic registered = context.addServlet(endpoint.name(), endpoint.servlet());
        registered.setAsyncSupported(true);
        Set<String> taken = registered.addMapping(endpoint.paths().toArray(String[]::new));
        problems.unless(taken.isEmpty(), "endpoint " + endpoint.name(), taken, "paths that no other servlet has");
    }
}
