package dev.headroom.examples.marketplace.web;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Renders pages; every value is escaped by the template engine. */
final class Views {
    private final TemplateEngine templates = TemplateEngine.createPrecompiled(ContentType.Html);

    /** Sends a page: the template gets {@code visitor} and these values, by name in pairs. */
    void send(HttpServletRequest request, HttpServletResponse response, String template, Object... values)
            throws IOException {
        Map<String, Object> model = new HashMap<>();
        model.put("visitor", Visitor.of(request));
        for (int i = 0; i < values.length; i += 2) {
            model.put((String) values[i], values[i + 1]);
        }
        StringOutput page = new StringOutput();
        templates.render(template + ".jte", model, page);
        response.setContentType("text/html; charset=utf-8");
        response.getWriter().write(page.toString());
    }

    /** Sends a page that says one thing. */
    void message(HttpServletRequest request, HttpServletResponse response, int status, String title, String text)
            throws IOException {
        response.setStatus(status);
        send(request, response, "message", "title", title, "text", text);
    }
}
