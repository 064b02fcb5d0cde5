package dev.headroom.session;

/** When a browser sends the session cookie with requests that come from other sites. */
public enum SameSite {
    /** Only when the user follows a link. */
    LAX("Lax"),
    /** Never. */
    STRICT("Strict"),
    /** Always; browsers then want the cookie to be secure. */
    NONE("None");

    private final String attribute;

    SameSite(String attribute) {
        this.attribute = attribute;
    }

    /** The cookie attribute's value. */
    public String attribute() {
        return attribute;
    }
}
