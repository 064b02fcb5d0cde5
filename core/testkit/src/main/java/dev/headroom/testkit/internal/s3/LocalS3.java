package dev.headroom.testkit.internal.s3;

import dev.headroom.testkit.S3Server;
import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.Ending;
import dev.headroom.testkit.internal.ExitHook;
import dev.headroom.testkit.internal.Ports;
import java.net.URI;
import java.util.concurrent.locks.ReentrantLock;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.jspecify.annotations.Nullable;

/** S3Proxy in this JVM. */
public final class LocalS3 implements S3Server {

    private static final int ATTEMPTS = 5;

    private final BlobStore objects = new TransientNio2BlobStore();
    private final ReentrantLock control = new ReentrantLock();
    private final Runnable atExit = this::close;

    private int port;
    private @Nullable S3Proxy proxy;

    private LocalS3() {}

    /** Starts a server. */
    public static S3Server start() {
        S3Dependency.require(LocalS3.class.getClassLoader());
        LocalS3 server = new LocalS3();
        ServiceException failure = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            server.port = Ports.free();
            try {
                server.restart();
                ExitHook.add(server.atExit);
                return server;
            } catch (ServiceException e) {
                failure = e;
            }
        }
        throw new ServiceException("S3Proxy did not start in " + ATTEMPTS + " attempts", failure);
    }

    @Override
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public String accessKey() {
        return "test-access-key";
    }

    @Override
    public String secretKey() {
        return "test-secret-key";
    }

    @Override
    public void stop() {
        control.lock();
        try {
            S3Proxy current = proxy;
            if (current != null) {
                current.stop();
                proxy = null;
            }
        } catch (Exception e) {
            throw new ServiceException("could not stop S3Proxy on port " + port, e);
        } finally {
            control.unlock();
        }
    }

    @Override
    public void restart() {
        control.lock();
        try {
            stop();
            S3Proxy fresh = S3Proxy.builder()
                    .blobStore(objects)
                    .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, accessKey(), secretKey())
                    .endpoint(endpoint())
                    .stopTimeout(0)
                    .ignoreUnknownHeaders(true)
                    .build();
            fresh.start();
            proxy = fresh;
        } catch (Exception e) {
            throw new ServiceException("could not start S3Proxy on port " + port, e);
        } finally {
            control.unlock();
        }
    }

    @Override
    public void close() {
        Ending.run(this::stop, () -> Ports.release(port), () -> ExitHook.remove(atExit));
    }
}
