package dev.headroom.queue;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Counts the statements that go through it to the database: each execution, a batch as one for each of its entries. */
final class CountingDataSource implements DataSource {
    private final DataSource target;
    final AtomicLong statements = new AtomicLong();
    final List<String> texts = new CopyOnWriteArrayList<>();
    private final Map<String, List<String>> byThread = new ConcurrentHashMap<>();

    CountingDataSource(DataSource target) {
        this.target = target;
    }

    /** How many statements there were since this was asked last. */
    long sinceLast() {
        texts.clear();
        byThread.clear();
        return statements.getAndSet(0);
    }

    /** The statements since then on threads whose name has this part. */
    List<String> onThreads(String part) {
        return byThread.entrySet().stream()
                .filter(each -> each.getKey().contains(part))
                .flatMap(each -> each.getValue().stream())
                .toList();
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = target.getConnection();
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    Object result = call(connection, method, arguments);
                    if (result instanceof PreparedStatement prepared) {
                        return counting(PreparedStatement.class, prepared, (String) arguments[0]);
                    }
                    return result instanceof Statement plain ? counting(Statement.class, plain, "") : result;
                });
    }

    private <S extends Statement> S counting(Class<S> type, S statement, String text) {
        AtomicLong batched = new AtomicLong();
        return type.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("addBatch")) {
                        batched.incrementAndGet();
                    } else if (method.getName().startsWith("execute")) {
                        boolean batch = method.getName().endsWith("Batch");
                        statements.addAndGet(batch ? batched.getAndSet(0) : 1);
                        String executed = text.isEmpty() && arguments != null ? String.valueOf(arguments[0]) : text;
                        texts.add(executed);
                        byThread.computeIfAbsent(Thread.currentThread().getName(), name -> new CopyOnWriteArrayList<>())
                                .add(executed);
                    }
                    return call(statement, method, arguments);
                }));
    }

    private static Object call(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new UnsupportedOperationException();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return target.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        target.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        target.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return target.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return target.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return target.isWrapperFor(type);
    }
}
