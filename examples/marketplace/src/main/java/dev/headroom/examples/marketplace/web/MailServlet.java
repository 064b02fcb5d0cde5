package dev.headroom.examples.marketplace.web;

import dev.headroom.examples.marketplace.mail.Mailbox;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Shows the mails that the embedded server has received. */
final class MailServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Mailbox mailbox;
    private final transient Views views;

    MailServlet(Mailbox mailbox, Views views) {
        this.mailbox = mailbox;
        this.views = views;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        views.send(request, response, "mail", "mails", mailbox.newest());
    }
}
