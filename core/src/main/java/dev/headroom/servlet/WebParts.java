package dev.headroom.servlet;

/**
 * Takes the filters and endpoints of a component. Asked for only when the application registers with a servlet container, so that a
 * component works without the servlet API where there is no web.
 */
public interface WebParts {
    /** Adds a filter. */
    WebParts filter(FilterSpec filter);

    /** Adds an endpoint. */
    WebParts endpoint(EndpointSpec endpoint);
}
