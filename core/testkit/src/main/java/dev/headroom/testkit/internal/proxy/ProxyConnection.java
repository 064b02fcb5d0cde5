package dev.headroom.testkit.internal.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A client's connection and the one to the server behind it. Used by the proxy's thread alone. */
final class ProxyConnection {

    private final SocketChannel client;
    private final SocketChannel target;
    private final SelectionKey clientKey;
    private final SelectionKey targetKey;
    private final Pipe toTarget;
    private final Pipe toClient;
    private final ProxyTraffic traffic;

    private boolean connected;
    private boolean clientsTurn = true;
    private boolean closed;

    ProxyConnection(SocketChannel client, Selector selector, Link toTarget, Link toClient, ProxyTraffic traffic)
            throws IOException {
        this.client = client;
        this.traffic = traffic;
        this.target = SocketChannel.open();
        client.configureBlocking(false);
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        target.configureBlocking(false);
        target.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.clientKey = client.register(selector, 0, this);
        this.targetKey = target.register(selector, 0, this);
        this.toTarget = new Pipe(client, target, toTarget, traffic.toTarget());
        this.toClient = new Pipe(target, client, toClient, traffic.toClient());
        traffic.opened();
    }

    void connect(InetSocketAddress address) throws IOException {
        connected = target.connect(address);
    }

    /** Does what a ready channel allows, in the given mode. */
    void ready(SelectionKey key, ProxyMode mode, ByteBuffer scratch, long now) throws IOException {
        if (key == targetKey && key.isConnectable()) {
            connected = target.finishConnect();
        }
        if (key.isReadable()) {
            Pipe pipe = key == clientKey ? toTarget : toClient;
            if (mode == ProxyMode.BLACK_HOLE) {
                pipe.swallow(scratch);
            } else {
                noteTurn(pipe, pipe.read(scratch, now));
            }
        }
        progress(mode, now);
    }

    /** Writes what is due and says what to wait for next. */
    void progress(ProxyMode mode, long now) throws IOException {
        if (mode == ProxyMode.FORWARD && connected) {
            toTarget.write(now);
            toClient.write(now);
        }
        if (toTarget.finished() && toClient.finished() || mode == ProxyMode.BLACK_HOLE && toTarget.finished()) {
            close(false);
        } else if (mode == ProxyMode.STALL) {
            interest(0, 0);
        } else if (mode == ProxyMode.BLACK_HOLE) {
            interest(reads(toTarget), connected ? reads(toClient) : 0);
        } else if (!connected) {
            interest(0, SelectionKey.OP_CONNECT);
        } else {
            interest(reads(toTarget) | writes(toClient), reads(toClient) | writes(toTarget));
        }
    }

    /** When there is something to do without a channel getting ready. */
    long due() {
        return Math.min(toTarget.due(), toClient.due());
    }

    boolean closed() {
        return closed;
    }

    /** Closes both sides, on request so that the peers get a reset. */
    void close(boolean reset) {
        if (closed) {
            return;
        }
        closed = true;
        traffic.closed();
        closeOne(client, reset);
        closeOne(target, reset);
    }

    private void noteTurn(Pipe pipe, int bytes) {
        if (bytes == 0) {
            return;
        }
        if (pipe == toClient) {
            clientsTurn = true;
        } else if (clientsTurn) {
            clientsTurn = false;
            traffic.roundTrip();
        }
    }

    private void interest(int ofClient, int ofTarget) {
        clientKey.interestOps(ofClient);
        targetKey.interestOps(ofTarget);
    }

    private static int reads(Pipe pipe) {
        return pipe.wantsToRead() ? SelectionKey.OP_READ : 0;
    }

    private static int writes(Pipe pipe) {
        return pipe.wantsToWrite() ? SelectionKey.OP_WRITE : 0;
    }

    private static void closeOne(SocketChannel channel, boolean reset) {
        try {
            if (reset && channel.isConnected()) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            channel.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
