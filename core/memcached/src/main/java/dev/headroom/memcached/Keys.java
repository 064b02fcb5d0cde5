package dev.headroom.memcached;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Keys that memcached takes. */
public final class Keys {
    /** The longest key that is sent as it is; memcached's own limit is 250 bytes. */
    public static final int LONGEST = 200;

    private Keys() {}

    /**
     * The key itself if it is 1 to {@value #LONGEST} printable ASCII characters without spaces, else {@code h:} and its SHA-256 in base64url. Two
     * keys never meet: one that begins with {@code h:} is always hashed.
     */
    public static String safe(String key) {
        return isPlain(key) ? key : "h:" + sha256(key);
    }

    /** The text's SHA-256 in base64url without padding, 43 characters. */
    public static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static boolean isPlain(String key) {
        if (key.isEmpty() || key.length() > LONGEST || key.startsWith("h:")) {
            return false;
        }
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c <= ' ' || c >= 127) {
                return false;
            }
        }
        return true;
    }
}
