package dev.headroom.queue.mail;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * What comes along with a mail. Immutable; {@link Mail#attach} makes one.
 *
 * @param name the file's name, as who gets the mail sees it
 * @param contentType its type, such as {@code application/pdf} or {@code text/csv; charset=UTF-8}
 * @param base64 its bytes as <a href="https://www.rfc-editor.org/rfc/rfc4648#section-4">Base64</a>, which JSON can hold
 */
public record MailAttachment(String name, String contentType, String base64) {
    private static final String TOKEN = "[A-Za-z0-9!#$&^_.+-]+";
    private static final Pattern TYPE = Pattern.compile(TOKEN + "/" + TOKEN + "( *;[^\r\n]+)?");

    /**
     * Checks.
     *
     * @throws ConfigurationException if the name is blank or has a line break, if the type is none, or if the bytes are no Base64
     */
    public MailAttachment {
        Mail.line("attachment name", Checks.notBlank("attachment name", name));
        Mail.line("attachment contentType", contentType);
        Checks.that(
                TYPE.matcher(contentType).matches(),
                "attachment contentType",
                contentType,
                "a type such as application/pdf");
        decoded(Checks.present("attachment base64", base64));
    }

    /** One of these bytes, which are copied. */
    public static MailAttachment of(String name, String contentType, byte[] content) {
        return new MailAttachment(
                name, contentType, Base64.getEncoder().encodeToString(Checks.present("attachment content", content)));
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException none) {
            throw new ConfigurationException("attachment base64", base64.length() + " characters", "Base64");
        }
    }

    /** Its bytes, a copy. */
    public byte[] bytes() {
        return decoded(base64);
    }

    /** Without its content, which is nobody's to see in a log. */
    @Override
    public String toString() {
        return "MailAttachment[" + name + ", " + contentType + ", " + base64.length() + " characters]";
    }
}
