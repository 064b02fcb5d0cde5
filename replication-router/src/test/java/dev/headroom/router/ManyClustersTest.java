package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.shard.ShardMap;
import dev.headroom.router.shard.Shards;
import java.net.http.HttpClient;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is told of clusters that are too many for one token, and what they who have written there see. */
class ManyClustersTest extends ManyClusters {
    @Test
    void whoWritesIsAnsweredAndToldItsOwnPosition() throws Exception {
        assertThat(send(HttpClient.newHttpClient(), "POST", "/?cluster=" + (MANY - 1))
                        .headers()
                        .firstValue("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie)
                        .startsWith("headroom-position=v1~")
                        .contains("~" + name(MANY - 1) + ":1:", "~+" + name(0) + ":1:"));
    }

    @Test
    void whoWritesToAllInOneRequestSeesAllInTheNextOnes() throws Exception {
        HttpClient browser = browser();
        send(browser, "POST", "/");
        assertThat(position(browser)).contains(OTHERS);
        List<String> answers = new ArrayList<>();
        for (int cluster = 0; cluster < MANY; cluster++) {
            answers.add(send(browser, "GET", "/?cluster=" + cluster).body());
        }
        assertAll(answers, "true p");
        assertThat(send(browser(), "GET", "/?cluster=3").body())
                .as("of somebody else")
                .isEqualTo("false r");
    }

    @Test
    void whoWritesToOneAfterAnotherSeesAll() throws Exception {
        HttpClient browser = browser();
        List<String> answers = new ArrayList<>();
        for (int cluster = MANY - 1; cluster >= 0; cluster--) {
            send(browser, "POST", "/?cluster=" + cluster);
            answers.add(send(browser, "GET", "/?cluster=" + (MANY - 1)).body());
        }
        for (int cluster = 0; cluster < MANY; cluster++) {
            assertThat(send(browser, "GET", "/?cluster=" + cluster).body())
                    .as("cluster %s", cluster)
                    .isEqualTo("true p");
        }
        assertAll(answers, "true p");
    }

    @Test
    void whatWasAddedGivesItsPlaceToWhatIsWritten() throws Exception {
        HttpClient browser = browser();
        for (int cluster = MANY - 1; cluster >= MOST; cluster--) {
            send(browser, "POST", "/?cluster=" + cluster);
        }
        assertThat(position(browser)).doesNotContain(OTHERS);
        for (int cluster = MANY - 1; cluster >= MOST; cluster--) {
            assertThat(position(browser)).contains("~" + name(cluster) + ":1:");
        }
    }

    @Test
    void whatAllNodesHaveReachedGivesItsPlaceToTheRest() throws Exception {
        String told = in(ConsistencyToken.NONE, () -> {
            writeToAll();
            pairs.forEach(LaggingPair::catchUp);
            awaitProbes();
            return routers.consistency().current().value();
        });
        assertThat(told).doesNotContain(OTHERS, name(0)).hasSizeLessThanOrEqualTo(LONGEST_TOKEN);
        assertAll(in(new ConsistencyToken(told), this::readAll), "true r");
    }

    @Test
    void whoWritesOnAndOnUnderTheEntryOfAllOthersIsToldAnew() throws Exception {
        HttpClient browser = browser();
        send(browser, "POST", "/");
        String cluster = IntStream.range(0, MANY)
                .filter(number -> !position(browser).contains(name(number)))
                .mapToObj(String::valueOf)
                .findFirst()
                .orElseThrow();
        String before = position(browser);
        assertThat(send(browser, "POST", "/?cluster=" + cluster).headers().firstValue("Set-Cookie"))
                .isPresent();
        assertThat(position(browser)).contains(OTHERS).isNotEqualTo(before);
        assertThat(send(browser, "GET", "/?cluster=" + cluster).headers().firstValue("Set-Cookie"))
                .isEmpty();
    }

    /** What is put under it is forgotten by itself only if nothing renews it. */
    @Test
    void whoWritesUnderTheEntryOfAllOthersWhereThereIsRoomIsToldByName() throws Exception {
        HttpClient browser = browser();
        send(browser, "POST", "/");
        String others = position(browser).substring(position(browser).indexOf(OTHERS));
        int cluster = IntStream.range(0, MANY)
                .filter(number -> !position(browser).contains(name(number)))
                .findFirst()
                .orElseThrow();
        pairs.forEach(LaggingPair::catchUp);
        awaitProbes();
        send(browser, "POST", "/?cluster=" + cluster);
        assertThat(position(browser))
                .contains("~" + name(cluster) + ":1:"
                        + Long.toHexString(pairs.get(cluster).position("p")))
                .endsWith(others);
        assertThat(send(browser, "GET", "/?cluster=" + cluster).body()).isEqualTo("true p");
    }

    @Test
    void entryOfAllOthersIsForgottenInTime() throws Exception {
        writeToAll();
        long now = System.currentTimeMillis() / 1000;
        long life = routers.positionLife().toSeconds();
        assertThat(readWith("v1~*:5:" + Long.toHexString(now - life))).isEqualTo("true p");
        assertThat(readWith("v1~*:5:" + Long.toHexString(now - life - 120))).isEqualTo("false r");
    }

    private String readWith(String position) throws Exception {
        return send(HttpClient.newHttpClient(), "GET", "/?cluster=3", "Cookie", "headroom-position=" + position)
                .body();
    }

    /** The sample that tells where the write is covers what the entry of all others stands for as well. */
    @Test
    void whatIsWrittenInAutoCommitModeIsNamedAsWell() throws Exception {
        String now = Long.toHexString(System.currentTimeMillis() / 1000);
        String told = in(new ConsistencyToken("v1~*:5:" + now), () -> {
            Rig.execute(pairs.get(0).router.dataSource(), "insert into note values (2)");
            return routers.consistency().current().value();
        });
        assertThat(told)
                .isEqualTo(
                        "v1~" + name(0) + ":1:" + Long.toHexString(pairs.get(0).position("p")) + "~*:5:" + now);
    }

    private static String readAndTold(LaggingPair pair, String token) throws Exception {
        return in(new ConsistencyToken(token), () -> {
            pair.read();
            return pair.router.consistency().current().value();
        });
    }

    @Test
    void whatIsMerelySeenUnderTheEntryOfAllOthersIsNamedOrNotToldAtAll() throws Exception {
        String seen = "seen-" + "x".repeat(40);
        try (LaggingPair pair = new LaggingPair(seen, Duration.ofMillis(50), options -> options.monotonicReads(true))) {
            String others = OTHERS + "5:" + Long.toHexString(System.currentTimeMillis() / 1000);
            String full = token(0, MOST + 1).value() + others;
            assertThat(full).hasSizeBetween(LONGEST_TOKEN - 20, LONGEST_TOKEN);
            assertThat(readAndTold(pair, full)).isEqualTo(full);
            String named = readAndTold(pair, "v1" + others);
            assertThat(named).isEqualTo("v1~" + seen + ":1:1" + others);
            assertThat(readAndTold(pair, named)).isEqualTo(named);
        }
    }

    /** Nobody can say since when; it is forgotten in time. */
    @Test
    void clusterThatGoesByTimeIsReadOnThePrimaryUnderTheEntryOfAllOthers() throws Exception {
        Duration often = Duration.ofMillis(50);
        try (LaggingPair byTime =
                        new LaggingPair("by-time", often, options -> options.pinAfterWrite(Duration.ofSeconds(5)));
                LaggingPair byPosition = new LaggingPair("by-position", often)) {
            Routers both = Routers.of(byTime.router, byPosition.router);
            String others = "v1" + OTHERS + "5:" + Long.toHexString(System.currentTimeMillis() / 1000);
            assertThat(in(both.admit(others), byTime::read)).isEqualTo("false p");
            assertThat(in(both.admit(others), byPosition::read)).isEqualTo("false r");
        }
    }

    @Test
    void oneOfManyDropsNothingOfTheOthers() throws Exception {
        LaggingPair last = pairs.get(MANY - 1);
        in(ConsistencyToken.NONE, () -> {
            writeToAll();
            return null;
        });
        String told = in(token(0, MOST + 1), () -> {
            last.write();
            return last.router.consistency().current().value();
        });
        assertThat(told).contains(OTHERS);
    }

    @Test
    void threadThatHasWrittenToAllReadsAll() throws Exception {
        ShardMap.Builder map = ShardMap.builder("db", MANY);
        IntStream.range(0, MANY).forEach(cluster -> map.place(cluster + 1, cluster + 1, name(cluster)));
        try (Shards shards = Shards.builder(map.build(), routers).build()) {
            shards.install();
            writeToAll();
            assertThat(shards.scatter((cluster, parts, connection) -> cluster).results())
                    .hasSize(MANY);
        }
        assertAll(readAll(), "true p");
    }

    @Test
    void threadThatHasWrittenToAllGoesOnWithinAPosition() throws Exception {
        ConsistencyToken other = RequestContext.builder().build().call(() -> {
            pairs.get(3).write();
            return routers.consistency().current();
        });
        writeToAll();
        assertThat(routers.consistency().current().value()).contains(OTHERS);
        assertAll(routers.consistency().within(other, this::readAll), "true p");
        pairs.forEach(LaggingPair::catchUp);
        awaitProbes();
        assertThat(routers.consistency().current().value()).doesNotContain(OTHERS);
        assertAll(routers.consistency().within(other, this::readAll), "true r");
        routers.consistency().within(other, () -> {
            pairs.get(MANY - 1).write();
            return null;
        });
        assertThat(pairs.get(MANY - 1).read()).isEqualTo("true p");
        assertThat(pairs.get(0).read()).isEqualTo("true r");
    }

    @Test
    void newestOfAllSeesWhatAnybodyHasWritten() throws Exception {
        assertThat(routers.consistency().newest().value()).contains(OTHERS).doesNotContain(name(0));
        for (int round = 0; round < 2; round++) {
            RequestContext.builder().build().call(() -> {
                assertAll(routers.consistency().within(routers.consistency().newest(), this::readAll), "false r");
                Thread other = new Thread(() -> {
                    try {
                        writeToAll();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
                other.start();
                other.join();
                assertAll(routers.consistency().within(routers.consistency().newest(), this::readAll), "true p");
                return null;
            });
            begin();
        }
    }

    @Test
    void capturedOnAForeignConnectionCoversAll() throws Exception {
        ConsistencyToken captured = RequestContext.builder().build().call(() -> {
            writeToAll();
            try (Connection foreign = pairs.get(0).primaryPool().getConnection()) {
                return routers.consistency().capture(foreign);
            }
        });
        assertAll(
                RequestContext.builder()
                        .build()
                        .call(() -> routers.consistency().within(captured, this::readAll)),
                "true p");
    }

    @Test
    void newestOfAllLeavesRoomForWhatIsWrittenNext() {
        ConsistencyToken own = new ConsistencyToken("v1~" + name(MANY - 1) + ":0:1");
        ConsistencyToken newest = routers.newest(own);
        assertThat(newest.value())
                .contains("~" + name(MANY - 1) + ":1:", "~+" + name(0) + ":1:")
                .hasSizeLessThanOrEqualTo(LONGEST_TOKEN / 2);
        ConsistencyToken full = token(0, MOST);
        assertThat(routers.newest(full).value()).doesNotContain("+", name(MOST));
    }

    private ConsistencyToken token(int first, int end) {
        StringBuilder token = new StringBuilder("v1");
        IntStream.range(first, end)
                .forEach(cluster -> token.append('~')
                        .append(name(cluster))
                        .append(":1:")
                        .append(Long.toHexString(pairs.get(cluster).position("p"))));
        return new ConsistencyToken(token.toString());
    }

    @Test
    void whatWasWrittenAndWhatWasSeenCountBothWhereTheyDoNotFitTogether() throws Exception {
        writeToAll();
        String written = "headroom-position=" + token(MOST, 2 * MOST).value();
        String seen = "headroom-position-seen=" + token(0, MOST).value();
        for (String cookies : List.of(written + "; " + seen, seen + "; " + written)) {
            for (int cluster : new int[] {0, MANY - 1}) {
                assertThat(send(HttpClient.newHttpClient(), "GET", "/?cluster=" + cluster, "Cookie", cookies)
                                .body())
                        .isEqualTo("true p");
            }
        }
    }
}
