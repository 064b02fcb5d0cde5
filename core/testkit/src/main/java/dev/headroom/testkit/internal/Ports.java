package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Picks free loopback ports that stay usable while their server is down.
 *
 * <p>They lie below the range from which Linux takes the local ports of outgoing connections (32768 and up): a server
 * that was killed would otherwise find its port taken by somebody's client socket when it is started again. They are
 * drawn at random so that several JVMs that start services at the same moment hardly ever meet; who binds the port still
 * has to be ready to draw another one.
 */
public final class Ports {

    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;
    private static final int ATTEMPTS = 200;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Set<Integer> HANDED_OUT = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** Draws a port that nobody listens on and that was not handed out by this JVM before. */
    public static int free() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = LOWEST + RANDOM.nextInt(HIGHEST - LOWEST);
            if (!HANDED_OUT.contains(port) && canBind(port) && HANDED_OUT.add(port)) {
                return port;
            }
        }
        throw new ServiceException("no free loopback port found between " + LOWEST + " and " + HIGHEST);
    }

    /** Gives a port back, so that it may be drawn again. */
    public static void release(int port) {
        HANDED_OUT.remove(port);
    }

    private static boolean canBind(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
