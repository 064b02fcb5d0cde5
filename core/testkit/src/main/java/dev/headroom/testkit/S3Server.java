package dev.headroom.testkit;

import dev.headroom.testkit.internal.ServiceAddresses;
import dev.headroom.testkit.internal.s3.ExternalS3;
import dev.headroom.testkit.internal.s3.LocalS3;
import java.net.URI;

/**
 * A server that speaks the S3 protocol, for tests of clients of it: S3Proxy in this JVM, with objects in memory and
 * signatures checked.
 *
 * <p>{@link #start} looks for the environment variable {@code HEADROOM_TEST_S3} first. A {@link #stop stopped} server
 * refuses connections and has its objects again after {@link #restart}; to let it hang or be slow, put a
 * {@link TcpProxy} in front. Clients have to use path-style addresses. S3Proxy is an optional dependency: without it
 * {@link #start} fails with the lines to add to the pom. Safe for use by several threads.
 *
 * <pre>{@code
 * try (S3Server server = S3Server.start()) {
 *     S3Client.builder().endpointOverride(server.endpoint()).forcePathStyle(true) …
 * }
 * }</pre>
 */
public interface S3Server extends AutoCloseable {

    /**
     * The environment variable that names a server to use in place of S3Proxy, as
     * {@code http://accessKey:secretKey@host:port}.
     */
    String ENVIRONMENT_VARIABLE = "HEADROOM_TEST_S3";

    /**
     * Starts a server without buckets, or returns the one that the environment names.
     *
     * @throws ServiceException if S3Proxy is not on the class path or does not start
     */
    static S3Server start() {
        return ServiceAddresses.ofThisProcess()
                .find(ENVIRONMENT_VARIABLE)
                .map(S3Server::external)
                .orElseGet(LocalS3::start);
    }

    /**
     * Returns a server that runs outside the test kit. {@link #stop} and {@link #restart} throw
     * {@link IllegalStateException}.
     *
     * @param url its address with the keys, {@code http://accessKey:secretKey@host:port}
     * @throws IllegalArgumentException if the URL has another shape
     */
    static S3Server external(String url) {
        return ExternalS3.at(url);
    }

    /** Where to send requests; it stays the same over {@link #stop} and {@link #restart}. */
    URI endpoint();

    /** The access key that the server knows. */
    String accessKey();

    /** The secret that belongs to the access key. */
    String secretKey();

    /** The region to sign for: {@code us-east-1}. */
    default String region() {
        return "us-east-1";
    }

    /** Refuses connections from now on and keeps the objects. */
    void stop();

    /** Takes connections again. */
    void restart();

    /** Ends the server and forgets its objects; does nothing for one that runs outside the test kit. */
    @Override
    void close();
}
