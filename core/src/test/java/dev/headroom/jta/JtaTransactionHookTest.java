package dev.headroom.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import dev.headroom.transaction.Transactions;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** On Narayana, the manager of WildFly and Quarkus. */
class JtaTransactionHookTest {
    static {
        System.setProperty("ObjectStoreEnvironmentBean.objectStoreDir", "target/narayana");
    }

    private final TransactionManager manager = com.arjuna.ats.jta.TransactionManager.transactionManager();
    private final TransactionSynchronizationRegistry registry = new TransactionSynchronizationRegistryImple();
    private final Transactions transactions = Transactions.of(List.of(new JtaTransactionHook(registry)));
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsAfterTheCommitEvenWhatIsKeptThen() throws Exception {
        manager.begin();
        transactions.afterCommit(null, () -> {
            ran.add("first");
            transactions.afterCommit(null, () -> ran.add("late"));
            throw new IllegalStateException("an action fails");
        });
        transactions.afterCommit(null, () -> ran.add("second"));
        assertThat(ran).isEmpty();
        manager.commit();
        assertThat(ran).containsExactly("first", "late", "second");
    }

    @Test
    void anErrorKeepsNoLaterActionFromRunning() throws Exception {
        AssertionError error = new AssertionError("an action is broken");
        manager.begin();
        transactions.afterCommit(null, () -> ran.add("before"));
        transactions.afterCommit(null, () -> {
            throw error;
        });
        transactions.afterPossibleCommit(null, () -> ran.add("after"));
        assertThat(catchThrowable(manager::commit)).isIn(null, error);
        assertThat(ran).containsExactly("before", "after");
    }

    @Test
    void runsActionsOfBothKindsInTheOrderInWhichTheyWereGiven() throws Exception {
        manager.begin();
        for (int i = 0; i < 10; i += 2) {
            String stored = "stored " + i;
            String evicted = "evicted " + (i + 1);
            transactions.afterCommit(null, () -> ran.add(stored));
            transactions.afterPossibleCommit(null, () -> ran.add(evicted));
        }
        manager.commit();
        assertThat(ran).hasSize(10).isSortedAccordingTo(Comparator.comparing(each -> each.split(" ")[1]));
    }

    @Test
    void dropsActionsOnRollback() throws Exception {
        manager.begin();
        transactions.afterCommit(null, () -> ran.add("never"));
        manager.rollback();
        manager.begin();
        transactions.afterCommit(null, () -> ran.add("never"));
        manager.setRollbackOnly();
        transactions.afterCommit(null, () -> ran.add("never"));
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(ran).isEmpty();
    }

    @Test
    void runsWhatDoesNoHarmWhenNobodyKnowsWhetherItCommitted() {
        List<Synchronization> kept = new ArrayList<>();
        Map<Object, Object> resources = new HashMap<>();
        TransactionSynchronizationRegistry told = (TransactionSynchronizationRegistry) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {TransactionSynchronizationRegistry.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getTransactionStatus" -> Status.STATUS_ACTIVE;
                    case "registerInterposedSynchronization" -> {
                        kept.add((Synchronization) arguments[0]);
                        yield null;
                    }
                    case "getResource" -> resources.get(arguments[0]);
                    case "putResource" -> resources.put(arguments[0], arguments[1]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        Transactions hooked = Transactions.of(List.of(new JtaTransactionHook(told)));
        hooked.afterCommit(null, () -> ran.add("committed"));
        hooked.afterPossibleCommit(null, () -> ran.add("evicted"));

        kept.forEach(each -> each.afterCompletion(Status.STATUS_ROLLEDBACK));
        assertThat(ran).isEmpty();
        kept.forEach(each -> each.afterCompletion(Status.STATUS_UNKNOWN));
        assertThat(ran).containsExactly("evicted");
    }

    @Test
    void runsAtOnceWithoutATransactionAndForConnectionsThatCommitByThemselves() throws Exception {
        transactions.afterCommit(null, () -> ran.add("no transaction"));
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:jtahook")) {
            manager.begin();
            transactions.afterCommit(connection, () -> ran.add("not its connection"));
            assertThat(ran).containsExactly("no transaction", "not its connection");
            connection.setAutoCommit(false);
            transactions.afterCommit(connection, () -> ran.add("its connection"));
            assertThat(ran).hasSize(2);
            manager.commit();
        }
        assertThat(ran).hasSize(3).endsWith("its connection");
    }
}
