package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementKindsTest {
    private final StatementKinds kinds = new StatementKinds();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set search_path to x",
                "  SET SESSION characteristics as transaction read only",
                "select 1; set a.b = 'c'",
                "use other_db",
                "listen news",
                "create temp table t (x int)",
                "CREATE TEMPORARY TABLE t (x int)",
                "select * into temp t from note",
                "select set_config('a.b', 'c', false)",
                "select pg_advisory_lock(1)",
                "select pg_try_advisory_lock_shared(1)",
                "select get_lock('a', 1)",
                "prepare p as select 1",
                "declare c cursor with hold for select 1",
                "/* from: the catalogue */ set search_path to x",
                "-- from the catalogue\n/* and */ set search_path to x",
                "lock tables note write"
            })
    void findsChangesOfTheSession(String sql) {
        assertThat(kinds.of(sql).changesSession()).isTrue();
        assertThat(kinds.of(sql).changesSession()).as("the second time").isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from note",
                "update note set text = 'x'",
                "set local statement_timeout = 5",
                "set transaction read only",
                "/* set a = 1 */ select 1",
                "lock table note in share mode",
                "set constraints all deferred",
                "select pg_advisory_xact_lock(1)",
                "create table temp_note (x int)",
                "insert into note (text) values ('set')",
                "select commit from work",
                "select endpoint from route",
                "select * from note use index (by_text)",
                "rollback to savepoint commit"
            })
    void leavesEverythingElseAlone(String sql) {
        assertThat(kinds.of(sql)).isEqualTo(new StatementKinds.StatementKind(false, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "commit",
                "COMMIT AND CHAIN",
                "end",
                "/* by hand */ commit work",
                "insert into note (text) values ('x'); commit",
                "prepare transaction 'x'",
                "commit prepared 'x'"
            })
    void findsWhatCommits(String sql) {
        assertThat(kinds.of(sql).endsTransaction()).isTrue();
    }
}
