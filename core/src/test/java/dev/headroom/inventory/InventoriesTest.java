package dev.headroom.inventory;

import static dev.headroom.inventory.HostFilter.environment;
import static dev.headroom.inventory.HostFilter.property;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InventoriesTest {
    private static final String PROPERTIES = """
            # the shop's databases
            mysql.a = db1:3306?master=true&environment=prod&conn_timeout=250ms
            mysql.b = db2:3306?master=false&environment=prod
            mysql.c = [::1]:3307?master=false&environment=prod&note=a%2Cb
            memcached = db1:11211?environment=prod
            """;

    private static final String JSON = """
            {"mysql": [{"host": "db1", "port": 3306, "master": true, "environment": "prod", "conn_timeout": "250ms"},
                       {"host": "db2", "port": 3306, "master": false, "environment": "prod"},
                       {"host": "[::1]", "port": 3307, "master": false, "environment": "prod", "note": "a\\u002cb"}],
             "memcached": [{"host": "db1", "port": 11211, "environment": "prod"}]}
            """;

    @TempDir
    private Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** As a careful deployment does it. */
    private void replace(Path file, String text) throws IOException {
        Files.move(write("next", text), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void answersTheSameFromEverySource() throws IOException {
        List<ServiceInventory> inventories = List.of(
                Inventories.properties(write("hosts.properties", PROPERTIES)),
                Inventories.json(write("hosts.json", JSON)),
                Inventories.environment(Map.of(
                        "HEADROOM_SERVICE_MYSQL",
                        "db1:3306?master=true&environment=prod&conn_timeout=250ms, db2:3306?master=false&environment=prod,"
                                + "[::1]:3307?master=false&environment=prod&note=a%2Cb",
                        "HEADROOM_SERVICE_MEMCACHED",
                        "db1:11211?environment=prod",
                        "PATH",
                        "/bin")));
        for (ServiceInventory inventory : inventories) {
            Host primary = inventory.only("mysql", property("master", true), environment("prod"));
            assertThat(primary.address()).isEqualTo("db1:3306");
            assertThat(primary.duration("conn_timeout")).contains(Duration.ofMillis(250));
            assertThat(inventory.hosts("mysql"))
                    .extracting(Host::address)
                    .containsExactly("db1:3306", "db2:3306", "[::1]:3307");
            assertThat(inventory.on("db1")).extracting(Host::service).containsExactlyInAnyOrder("mysql", "memcached");
            assertThat(inventory.with("note", "a,b")).extracting(Host::port).containsExactly(3307);
            assertThat(inventory.all()).hasSize(4);
            inventory.close();
        }
    }

    @Test
    void givesEachHostItsTurn() throws IOException {
        ServiceInventory inventory = Inventories.properties(write("hosts.properties", PROPERTIES));
        List<String> given = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            given.add(inventory.host("mysql", property("master", false)).name());
            assertThat(inventory.host("mysql", property("master", true)).name()).isEqualTo("db1");
        }
        assertThat(given).containsExactly("db2", "[::1]", "db2", "[::1]");
        inventory.close();
    }

    @Test
    void saysWhatThereIsWhenThereIsNotTheOneHost() throws IOException {
        ServiceInventory inventory = Inventories.properties(write("hosts.properties", PROPERTIES));
        assertThatThrownBy(() -> inventory.only("mysql", property("master", false)))
                .isInstanceOf(NoSuchHostException.class)
                .hasMessageContaining("mysql with master=false: db2:3306")
                .hasMessageEndingWith("(expected: exactly one)");
        assertThatThrownBy(() -> inventory.host("mysql", environment("test")))
                .isInstanceOf(NoSuchHostException.class)
                .hasMessageStartingWith("inventory: mysql with environment=test: none (there are db1:3306 {");
        assertThatThrownBy(() -> inventory.only("s3"))
                .hasMessage("inventory: s3: none (there are only the services [mysql, memcached])");
        inventory.close();
    }

    @Test
    void followsItsFileAndKeepsTheLastGoodState() throws IOException {
        Path file = write("hosts.properties", PROPERTIES);
        List<String> heard = new CopyOnWriteArrayList<>();
        try (WatchedInventory inventory =
                Inventories.watched(new FileSource(file, HostTexts::ofProperties), Duration.ofMillis(10))) {
            inventory.onChange((before, after) -> {
                throw new IllegalStateException("a listener fails");
            });
            ServiceInventory.Subscription subscription = inventory.onChange((before, after) -> heard.add(
                    before.size() + " to " + after.size() + " " + after.get(0).address()));
            replace(file, PROPERTIES.replace("db1:3306", "db9:3306"));
            await().untilAsserted(() -> assertThat(heard).containsExactly("4 to 4 db9:3306"));
            assertThat(inventory.only("mysql", property("master", true)).name()).isEqualTo("db9");

            Files.writeString(file, "mysql.a = db1:33");
            await().untilAsserted(() -> assertThat(inventory.all()).hasSize(1));
            Files.writeString(file, "mysql.a = db1:3306?mas");
            await().untilAsserted(() ->
                    assertThat(inventory.lastError()).contains("mysql.a: mas (expected: property=value)"));
            assertThat(inventory.all()).hasSize(1);

            Files.delete(file);
            await().untilAsserted(
                            () -> assertThat(inventory.lastError().orElse("")).contains("NoSuchFileException"));
            assertThat(inventory.all()).extracting(Host::port).containsExactly(33);

            replace(file, PROPERTIES);
            await().untilAsserted(() -> assertThat(inventory.all()).hasSize(4));
            assertThat(inventory.lastError()).isEmpty();
            subscription.close();
            subscription.close();
            int sofar = heard.size();
            replace(file, "redis = r1:6379");
            await().untilAsserted(() -> assertThat(inventory.all()).hasSize(1));
            assertThat(heard).hasSize(sofar);
        }
    }

    @Test
    void takesAFileThatBecomesEmptyForBroken() throws IOException {
        Path file = write("hosts.properties", "");
        try (WatchedInventory inventory =
                Inventories.watched(new FileSource(file, HostTexts::ofProperties), Duration.ofMillis(10))) {
            assertThat(inventory.all()).isEmpty();
            replace(file, "a = h1:1");
            await().untilAsserted(() -> assertThat(inventory.all()).hasSize(1));
            Files.writeString(file, "\n");
            await().untilAsserted(() ->
                    assertThat(inventory.lastError().orElse("")).endsWith("is empty, which it was not before"));
            assertThat(inventory.only("a").name()).isEqualTo("h1");
            replace(file, "# a = h1:1");
            await().untilAsserted(
                            () -> assertThat(inventory.all()).as("on purpose").isEmpty());
            assertThat(inventory.lastError()).isEmpty();
        }
    }

    @Test
    void seesAChangeOfTheSameSizeInTheSameInstant() throws IOException {
        Path file = write("hosts.properties", "a = h1:1");
        var modified = Files.getLastModifiedTime(file);
        try (WatchedInventory inventory =
                Inventories.watched(new FileSource(file, HostTexts::ofProperties), Duration.ofMillis(10))) {
            Files.writeString(file, "a = h2:1");
            Files.setLastModifiedTime(file, modified);
            await().untilAsserted(() -> assertThat(inventory.only("a").name()).isEqualTo("h2"));
        }
    }

    @Test
    void refusesToBeginWithABrokenSource() throws IOException {
        Path file = write("hosts.properties", "mysql.a = db1:99999\nmysql.b = db 2\nmysql.b = db3");
        assertThatThrownBy(() -> Inventories.properties(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("mysql.a: db1:99999 (expected: host:port?property=value&property=value)")
                .hasMessageContaining("one line of that name");
        assertThatThrownBy(() -> Inventories.properties(folder.resolve("nothing")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("NoSuchFileException");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"a\":1}",
                "{\"a\":[1]}",
                "{\"a\":[{}]}",
                "{\"a\":[{\"host\":1}]}",
                "{\"a\":[{\"host\":\"h\",\"port\":70000}]}",
                "{\"a\":[{\"host\":\"h\",\"port\":\"1\"}]}",
                "{\"a\":[{\"host\":\"h\",\"x\":{}}]}",
                "{\"a\":[{\"host\":\"h\",\"host\":\"h\"}]}",
                "{\"a\":[]} x",
                "{\"a\":[{\"host\":\"h\\x\"}]}",
                "{'a':[]}",
                "{\"a\":[],}",
                "{\"a\":[{\"host\":\"h\",\"x\":01}]}",
                "[[[[[[[[[[[[[[[[[[[[[[",
            })
    void refusesJsonThatIsNoInventory(String text) {
        assertThatThrownBy(() -> HostJson.read(text)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void tellsAllThatIsWrongInJsonAtOnce() {
        String text = """
                {"mysql": [{"host": "a", "port": 4294967297}, 7, {"host": " ", "port": 70000}],
                 "cache": 1, "mail": [{"host": "b", "zones": []}]}""";

        assertThatThrownBy(() -> HostJson.read(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("mysql.port: 4294967297 (expected: a number from 0 to 65535)")
                .hasMessageContaining("mysql: 7 (expected: an object with host and port)")
                .hasMessageContaining("mysql.host:")
                .hasMessageContaining("mysql.port: 70000")
                .hasMessageContaining("cache: 1 (expected: a list of hosts)")
                .hasMessageContaining("mail.zones: a list (expected: a text, a number, true or false)");
    }

    @Test
    void saysWhereJsonIsBroken() {
        assertThatThrownBy(() -> HostJson.read("{\"a\": [\n  {\"host\": oops}]}"))
                .hasMessage("json: line 2, character 12 (expected: a value)");
    }
}
