package dev.headroom.internal.debug;

/** Finds where a page's body ends. */
final class HtmlEnd {
    private static final String END = "</body";

    private HtmlEnd() {}

    /** The index of the last {@code </body}, in any case, else the page's length. */
    static int find(byte[] page) {
        for (int i = page.length - END.length(); i >= 0; i--) {
            if (matches(page, i)) {
                return i;
            }
        }
        return page.length;
    }

    private static boolean matches(byte[] page, int at) {
        for (int i = 0; i < END.length(); i++) {
            if (Character.toLowerCase((char) (page[at + i] & 0xff)) != END.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
