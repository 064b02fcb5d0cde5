package dev.headroom.examples.storm.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One visitor's keep-alive connection: one request at a time, the others wait for their turn. A connection that the site
 * closed after an answer is made anew at once, one that it closed while it was idle at the next request. Used by the thread that drives its swarm only.
 */
public final class WebConnection {
    private final Selector selector;
    private final SwarmListener listener;
    private final URI instance;
    private final InetSocketAddress address;
    private final Deque<Ask> waiting = new ArrayDeque<>();
    private final ResponseParser parser = new ResponseParser();

    private @Nullable SocketChannel channel;
    private boolean connected;
    private boolean everConnected;
    private boolean answeredBefore;
    private @Nullable Ask underWay;
    private @Nullable ByteBuffer unsent;
    private long sentAt;

    WebConnection(Selector selector, SwarmListener listener, URI instance) {
        this.selector = selector;
        this.listener = listener;
        this.instance = instance;
        this.address = new InetSocketAddress(instance.getHost(), instance.getPort() < 0 ? 80 : instance.getPort());
    }

    /** Whether it is connected. */
    public boolean connected() {
        return connected;
    }

    /** Whether it was connected at any time. */
    public boolean everConnected() {
        return everConnected;
    }

    /** Sends a request, or lets it wait until the one under way is answered. */
    public void ask(Ask ask) {
        waiting.add(ask);
        next();
    }

    /** Drops the requests that wait for their turn and returns how many they were. */
    public int forgetWaiting() {
        int forgotten = waiting.size();
        waiting.clear();
        return forgotten;
    }

    /** Connects, unless it is. */
    void connect() {
        if (channel != null) {
            return;
        }
        try {
            SocketChannel opened = SocketChannel.open();
            channel = opened;
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean atOnce = opened.connect(address);
            opened.register(selector, atOnce ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            sentAt = System.nanoTime();
            if (atOnce) {
                opened();
            }
        } catch (IOException e) {
            broken("could not connect: " + e.getMessage());
        }
    }

    void ready(SelectionKey key, ByteBuffer buffer) {
        try {
            if (key.isConnectable() && ((SocketChannel) key.channel()).finishConnect()) {
                key.interestOps(SelectionKey.OP_READ);
                opened();
            }
            if (key.isValid() && key.isWritable()) {
                write(key);
            }
            if (key.isValid() && key.isReadable()) {
                read((SocketChannel) key.channel(), buffer);
            }
        } catch (IOException e) {
            lost((connected ? "connection broke: " : "could not connect: ") + e.getMessage());
        }
    }

    /** Gives up what takes too long. */
    void giveUp(long sentBefore) {
        boolean overdue = sentAt - sentBefore < 0 && (underWay != null || channel != null && !connected);
        if (overdue) {
            broken(connected ? "no answer in time" : "could not connect in time");
        }
    }

    /** How many requests wait or are under way. */
    int pending() {
        return waiting.size() + (underWay == null ? 0 : 1);
    }

    void close() {
        SocketChannel open = channel;
        channel = null;
        connected = false;
        answeredBefore = false;
        unsent = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // nothing is expected of it any more
            }
        }
    }

    private void opened() {
        connected = true;
        everConnected = true;
        next();
    }

    private void next() {
        if (underWay != null || waiting.isEmpty()) {
            return;
        }
        SocketChannel open = channel;
        if (open == null) {
            connect();
            return;
        }
        SelectionKey key = open.keyFor(selector);
        if (!connected || key == null) {
            return;
        }
        Ask ask = waiting.remove();
        underWay = ask;
        parser.reset();
        unsent = ByteBuffer.wrap(request(ask).getBytes(StandardCharsets.US_ASCII));
        sentAt = System.nanoTime();
        try {
            write(key);
        } catch (IOException e) {
            lost("connection broke: " + e.getMessage());
        }
    }

    private void write(SelectionKey key) throws IOException {
        ByteBuffer rest = unsent;
        if (rest != null) {
            ((SocketChannel) key.channel()).write(rest);
            if (!rest.hasRemaining()) {
                unsent = null;
            }
        }
        key.interestOps(unsent == null ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    private void read(SocketChannel open, ByteBuffer buffer) throws IOException {
        buffer.clear();
        int count = open.read(buffer);
        if (count < 0) {
            ended();
            return;
        }
        buffer.flip();
        if (underWay == null && buffer.hasRemaining()) {
            broken("an answer that nobody asked for");
        } else if (underWay != null && parser.feed(buffer)) {
            complete();
        }
    }

    private void ended() {
        if (underWay != null && parser.end()) {
            complete();
        } else {
            lost("connection closed before the answer was whole");
        }
    }

    private void complete() {
        Ask ask = underWay;
        if (ask == null) {
            return;
        }
        underWay = null;
        answeredBefore = true;
        boolean retryAfter = parser.header("retry-after").isPresent();
        long nanos = System.nanoTime() - ask.intended();
        if (!parser.keepsAlive()) {
            close();
        }
        listener.answered(new Answer(ask, parser.status(), retryAfter, nanos, parser.bytes()));
        // servers close the connection after a refusal; the visitor stays
        connect();
        next();
    }

    /** A site may close an idle connection; a request that crosses that on its way is sent again, as browsers do. */
    private void lost(String reason) {
        Ask ask = underWay;
        boolean idle = ask == null && connected;
        if (idle || ask != null && answeredBefore && parser.untouched()) {
            close();
            underWay = null;
            if (ask != null) {
                waiting.addFirst(ask);
            }
            next();
        } else {
            broken(reason);
        }
    }

    private void broken(String reason) {
        close();
        Ask ask = underWay != null ? underWay : waiting.poll();
        underWay = null;
        if (ask == null) {
            listener.notConnected(reason);
        } else {
            listener.failed(ask, reason);
        }
        next();
    }

    private String request(Ask ask) {
        return "GET " + instance.getRawPath() + ask.path() + " HTTP/1.1\r\nHost: " + instance.getRawAuthority()
                + "\r\nUser-Agent: storm\r\nAccept: text/html\r\n\r\n";
    }
}
