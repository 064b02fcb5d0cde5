package dev.headroom.examples.marketplace.web;

import dev.headroom.examples.marketplace.catalog.NewProduct;
import dev.headroom.examples.marketplace.catalog.Offers;
import dev.headroom.examples.marketplace.images.PictureRejectedException;
import dev.headroom.examples.marketplace.orders.Money;
import dev.headroom.examples.marketplace.photos.Photos;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes an offer: the photograph is stored first, then the row and the job that makes it small are written in one transaction, and the
 * answer goes out at once. What is refused leaves no row, no job and no photograph. When writing fails, the photograph stays for the sweep: a
 * commit whose answer was lost may have come to pass.
 */
final class OfferServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_TITLE = 120;
    private static final int LONGEST_NAME = 60;

    private final transient Photos photos;
    private final transient Offers offers;
    private final transient Views views;

    OfferServlet(Photos photos, Offers offers, Views views) {
        this.photos = photos;
        this.offers = offers;
        this.views = views;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Form form;
        try {
            form = Form.read(request);
        } catch (Uploads.TooLarge e) {
            views.message(
                    request, response, HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE, "Too large", e.sentence());
            return;
        } catch (Uploads.Broken e) {
            views.message(request, response, HttpServletResponse.SC_BAD_REQUEST, "Not complete", e.sentence());
            return;
        }
        if (!form.problems.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            views.send(request, response, "sell", "problems", form.problems);
            return;
        }
        try {
            long id = offer(request, form);
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", request.getContextPath() + "/products/" + id);
        } catch (PictureRejectedException e) {
            views.message(request, response, e.reason().status(), "Not this picture", String.valueOf(e.getMessage()));
        }
    }

    private long offer(HttpServletRequest request, Form form) throws IOException {
        Part photoPart = form.photo();
        String photo = photos.store(photoPart::getInputStream);
        long seller = seller(request, form.seller);
        return offers.offer(new NewProduct(seller, form.title, form.priceCents, photo));
    }

    private long seller(HttpServletRequest request, String name) {
        Optional<Long> known = Visitor.of(request).sellerId();
        if (known.isPresent()) {
            return known.get();
        }
        long seller = offers.newSeller(name);
        Visitor.sells(request, seller);
        return seller;
    }

    private static final class Form {
        private final List<String> problems = new ArrayList<>();
        private String title = "";
        private String seller = "";
        private long priceCents;
        private @Nullable Part photo;

        static Form read(HttpServletRequest request) throws Uploads.TooLarge, Uploads.Broken {
            Form form = new Form();
            form.photo = Uploads.part(request, "photo");
            form.title = form.text(request, "title", "", LONGEST_TITLE);
            form.seller = form.text(request, "seller", "Guest", LONGEST_NAME);
            if (form.title.isEmpty()) {
                form.problems.add("Please give it a title.");
            }
            try {
                form.priceCents = Money.cents(form.text(request, "price", "", LONGEST_NAME));
            } catch (IllegalArgumentException e) {
                form.problems.add(String.valueOf(e.getMessage()));
            }
            if (form.photo == null || form.photo.getSize() == 0) {
                form.problems.add("Please choose a photograph, JPEG or PNG.");
            }
            return form;
        }

        Part photo() {
            if (photo == null) {
                throw new IllegalStateException("photo: none (expected: to be asked for when there are no problems)");
            }
            return photo;
        }

        private String text(HttpServletRequest request, String name, String otherwise, int longest) {
            String typed =
                    Optional.ofNullable(request.getParameter(name)).orElse("").strip();
            if (typed.length() > longest) {
                problems.add("The " + name + " is longer than " + longest + " characters.");
            }
            if (Texts.hasControlCharacters(typed)) {
                problems.add("The " + name + " has control characters in it.");
            }
            return typed.isEmpty() ? otherwise : typed;
        }
    }
}
