package dev.headroom.transaction;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;

/** A part of a transaction that can be undone alone: its savepoint is set when its connection is first used. Used by one thread alone. */
final class TransactionPart implements InvocationHandler {
    private final Connection whole;
    private final @Nullable TransactionPart outer;
    private final String name;
    private final Connection connection;
    private @Nullable Savepoint savepoint;
    private boolean ended;

    TransactionPart(Connection whole, @Nullable TransactionPart outer) {
        this.whole = whole;
        this.outer = outer;
        this.name = outer == null ? "headroom_part" : outer.name + "_part";
        this.connection = (Connection)
                Proxy.newProxyInstance(TransactionPart.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    /** What the part works on. */
    Connection connection() {
        return connection;
    }

    @Nullable TransactionPart outer() {
        return outer;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        switch (method.getName()) {
            case "equals":
                return proxy == (arguments == null ? null : arguments[0]);
            case "hashCode":
                return System.identityHashCode(proxy);
            case "getAutoCommit", "isClosed", "toString":
                break;
            default:
                used();
                break;
        }
        try {
            return method.invoke(whole, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private void used() throws SQLException {
        if (ended) {
            throw new SQLException("connection: used after the part of the transaction that had it");
        }
        if (savepoint == null) {
            if (outer != null) {
                outer.used();
            }
            savepoint = whole.setSavepoint(name);
        }
    }

    /** What was done stays. Fails if the database has given up what was done in the transaction. */
    void keep() throws SQLException {
        Savepoint set = savepoint;
        if (set != null) {
            whole.releaseSavepoint(set);
        }
    }

    /** What was done is undone; false if only the whole transaction can be. */
    boolean undo(Throwable cause) {
        Savepoint set = savepoint;
        if (set != null) {
            try {
                whole.rollback(set);
                whole.releaseSavepoint(set); // or the next one, of the same name, would be within it
            } catch (SQLException alsoFailed) {
                cause.addSuppressed(alsoFailed);
                return false;
            }
        }
        return true;
    }

    /** Nobody may use its connection any more. */
    void end() {
        ended = true;
    }
}
