package dev.headroom.testkit.internal.s3;

import dev.headroom.testkit.S3Server;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An S3 server that somebody else runs.
 *
 * @param endpoint its address, without the keys
 */
public record ExternalS3(URI endpoint, String accessKey, String secretKey) implements S3Server {

    private static final Pattern SHAPE = Pattern.compile("(https?)://([^:@/]+):([^@]+)@([^@/]+)/?");

    /** Takes it by its address with the keys in it. */
    public static ExternalS3 at(String url) {
        Matcher matcher = SHAPE.matcher(url);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    ENVIRONMENT_VARIABLE + ": (not shown) (expected: http://accessKey:secretKey@host:port)");
        }
        URI endpoint = URI.create(matcher.group(1) + "://" + matcher.group(4));
        return new ExternalS3(endpoint, matcher.group(2), matcher.group(3));
    }

    @Override
    public void stop() {
        throw notOurs("stop");
    }

    @Override
    public void restart() {
        throw notOurs("restart");
    }

    @Override
    public void close() {
        // somebody else's
    }

    @Override
    public String toString() {
        return "ExternalS3[" + endpoint + "]";
    }

    private IllegalStateException notOurs(String method) {
        return new IllegalStateException(method + "(): " + endpoint
                + " runs outside the test kit, which controls only the servers it has started");
    }
}
