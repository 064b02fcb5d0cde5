package dev.headroom.router.frameworks;

import io.micrometer.observation.ObservationRegistry;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import net.ttddyy.observation.tracing.DataSourceObservationListener;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.hibernate.Session;
import org.jdbi.v3.core.Jdbi;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.mybatis.spring.SqlSessionTemplate;
import org.mybatis.spring.transaction.SpringManagedTransactionFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The frameworks, each on one data source. */
public final class Frameworks {
    /** Their names, in the order of the table. */
    public static final List<String> NAMES = List.of(
            "Spring JDBC",
            "Spring JPA with Hibernate",
            "the same, session open in view",
            "Hibernate alone",
            "jOOQ in Spring transactions",
            "jOOQ alone",
            "MyBatis in Spring transactions",
            "Jdbi");

    private static final String RECOVERY = "select pg_is_in_recovery()";

    private Frameworks() {}

    /** An entity, because there has to be one. */
    @Entity
    public static class Note {
        @Id
        Long id;
    }

    /** MyBatis's. */
    public interface Mapper {
        /** Whether this is a standby. */
        @Select(RECOVERY)
        boolean recovery();
    }

    /** The observing proxy as Spring Boot sets it up. */
    public static DataSource observed(DataSource target) {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(context -> true);
        DataSourceObservationListener listener = new DataSourceObservationListener(registry);
        return ProxyDataSourceBuilder.create(target)
                .listener(listener)
                .methodListener(listener)
                .build();
    }

    /** All of them. */
    public static List<Framework> all(DataSource dataSource) {
        PlatformTransactionManager manager = new DataSourceTransactionManager(dataSource);
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        EntityManagerFactory factory = entityManagers(dataSource);
        DataSource aware = new TransactionAwareDataSourceProxy(dataSource);
        SqlSessionTemplate mybatis = mybatis(dataSource);
        Jdbi jdbi = Jdbi.create(dataSource);
        return List.of(
                Framework.of(
                        NAMES.get(0),
                        readOnly -> inSpring(manager, readOnly, () -> jdbc.queryForObject(RECOVERY, Boolean.class))),
                jpa(factory),
                openInView(factory),
                Framework.of(NAMES.get(3), readOnly -> hibernate(factory, readOnly)),
                Framework.of(
                        NAMES.get(4),
                        readOnly -> inSpring(
                                manager,
                                readOnly,
                                () -> DSL.using(aware, SQLDialect.POSTGRES)
                                        .fetchValue(DSL.field("pg_is_in_recovery()", Boolean.class)))),
                Framework.of(NAMES.get(5), readOnly -> jooq(dataSource, readOnly)),
                Framework.of(
                        NAMES.get(6),
                        readOnly -> inSpring(
                                manager,
                                readOnly,
                                () -> mybatis.getMapper(Mapper.class).recovery())),
                Framework.of(NAMES.get(7), readOnly -> jdbi(jdbi, readOnly)));
    }

    private static boolean inSpring(PlatformTransactionManager manager, boolean readOnly, Supplier<Boolean> query) {
        TransactionTemplate template = new TransactionTemplate(manager);
        template.setReadOnly(readOnly);
        return Boolean.TRUE.equals(template.execute(status -> query.get()));
    }

    private static Framework jpa(EntityManagerFactory factory) {
        JpaTransactionManager manager = new JpaTransactionManager(factory);
        EntityManager shared = SharedEntityManagerCreator.createSharedEntityManager(factory);
        return Framework.of(NAMES.get(1), readOnly -> inSpring(manager, readOnly, () -> recovery(shared)));
    }

    /** The session was opened before, and has been in a transaction of the other kind. */
    private static Framework openInView(EntityManagerFactory factory) {
        JpaTransactionManager manager = new JpaTransactionManager(factory);
        EntityManager shared = SharedEntityManagerCreator.createSharedEntityManager(factory);
        return Framework.of(NAMES.get(2), readOnly -> {
            try (EntityManager session = factory.createEntityManager()) {
                TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(session));
                inSpring(manager, !readOnly, () -> recovery(shared));
                return inSpring(manager, readOnly, () -> recovery(shared));
            } finally {
                TransactionSynchronizationManager.unbindResource(factory);
            }
        });
    }

    private static Boolean recovery(EntityManager manager) {
        return (Boolean) manager.createNativeQuery(RECOVERY, Boolean.class).getSingleResult();
    }

    /** Hibernate has no read-only transactions of its own: the connection is told. */
    private static boolean hibernate(EntityManagerFactory factory, boolean readOnly) {
        try (EntityManager manager = factory.createEntityManager()) {
            Session session = manager.unwrap(Session.class);
            session.doWork(connection -> connection.setReadOnly(readOnly));
            session.beginTransaction();
            Boolean standby = session.createNativeQuery(RECOVERY, Boolean.class).getSingleResult();
            session.getTransaction().commit();
            return standby;
        }
    }

    private static boolean jooq(DataSource dataSource, boolean readOnly) throws Exception {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(readOnly);
            return DSL.using(connection, SQLDialect.POSTGRES)
                    .transactionResult(transaction ->
                            DSL.using(transaction).fetchValue(DSL.field("pg_is_in_recovery()", Boolean.class)));
        }
    }

    private static boolean jdbi(Jdbi jdbi, boolean readOnly) {
        return jdbi.withHandle(handle -> {
            handle.setReadOnly(readOnly);
            return handle.inTransaction(
                    inside -> inside.createQuery(RECOVERY).mapTo(Boolean.class).one());
        });
    }

    private static SqlSessionTemplate mybatis(DataSource dataSource) {
        Configuration configuration =
                new Configuration(new Environment("test", new SpringManagedTransactionFactory(), dataSource));
        configuration.addMapper(Mapper.class);
        SqlSessionFactory factory = new SqlSessionFactoryBuilder().build(configuration);
        return new SqlSessionTemplate(factory);
    }

    /** As Spring Boot sets it up, but told its dialect, so that it needs no connection to find out. */
    private static EntityManagerFactory entityManagers(DataSource dataSource) {
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        bean.setDataSource(dataSource);
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.setManagedTypes(PersistenceManagedTypes.of(Note.class.getName()));
        bean.setJpaPropertyMap(Map.of(
                "hibernate.dialect", "org.hibernate.dialect.PostgreSQLDialect",
                "hibernate.boot.allow_jdbc_metadata_access", "false"));
        bean.afterPropertiesSet();
        return bean.getObject();
    }
}
