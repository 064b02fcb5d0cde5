package dev.headroom.session.internal;

import dev.headroom.memcached.Keys;
import java.security.SecureRandom;
import java.util.Base64;

/** Session identifiers: 192 random bits in base64url; and the keys under which their sessions are stored. */
final class Ids {
    private static final int BYTES = 24;
    private static final int LENGTH = 32;
    private static final int KEY_CHARACTERS = 22;

    private final SecureRandom random = new SecureRandom();
    private final String prefix;

    Ids(String prefix) {
        this.prefix = prefix + ":v1:";
    }

    String create() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether the text could be an identifier of ours; all others are not even looked up. */
    static boolean wellFormed(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            boolean base64 =
                    c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (!base64) {
                return false;
            }
        }
        return true;
    }

    /** The store's key: it does not tell the identifier to who can read the store. */
    String key(String id) {
        return prefix + Keys.sha256(id).substring(0, KEY_CHARACTERS);
    }

    long stamp() {
        return random.nextLong();
    }
}
