-- The job queue of Headroom on PostgreSQL 12 or newer. Run it with a migration tool of your own, or with SchemaInstaller.
-- state: 0 ready, 1 running, 2 scheduled, 3 put aside until there is room for it, 4 waits for others to end.
-- Terminal states leave headroom_job in the statement that ends them.

create sequence headroom_job_pos cache 1;

create table headroom_job (
  id           bigint generated always as identity primary key,
  queue        smallint    not null,                                     -- headroom_job_queue.id
  state        smallint    not null default 0,
  priority     smallint    not null default 4,                           -- 0 (first) to 9 (last)
  criticality  smallint    not null default 2,                           -- 0 CRITICAL_PLUS to 3 SHEDDABLE
  lane         smallint    not null default 0,
  attempt      smallint    not null default 0,                           -- runs begun
  max_attempts smallint    not null default 25,
  crashes      smallint    not null default 0,                           -- times a node died while it held the job
  flags        smallint    not null default 0,                           -- 1 the unique key is free once claimed, 2 cancelled, 8 in a batch
  held         smallint    not null default 0,                           -- of its limit: 0 no slot, 1 has one, 2 was granted one, 3 put aside
  pos          bigint      not null default nextval('headroom_job_pos'), -- order of readiness
  lease        bigint,                                                   -- headroom_job_node.id of the holder: the fencing token
  run_at       timestamptz not null default clock_timestamp(),           -- when it is or was due
  created_at   timestamptz not null default clock_timestamp(),
  kind         text        not null,                                     -- the stable name, never a class
  kind_version smallint    not null default 1,
  unique_key   text,                                                     -- kind:key, of which there is one job at most
  limit_key    text,                                                     -- headroom_job_limit.limit_key, if it has a limit
  trace        text,                                                     -- W3C traceparent
  user_id      text,                                                     -- on whose behalf
  error        text,                                                     -- the last failure, cut
  payload      text                                                      -- JSON
-- Room for what a claim makes of a row: on another page its whole text would be logged once more. And the pages stay: an empty table without any
-- is planned to be read as a whole, by statements that are prepared and stay so when it has filled.
) with (fillfactor = 60, vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.05,
        toast.autovacuum_vacuum_scale_factor = 0.01);

create index headroom_job_ready on headroom_job (queue, priority, criticality, lane, pos) where state = 0;
create index headroom_job_running on headroom_job (lease) where state = 1;
create index headroom_job_cancelled on headroom_job (lease) where state = 1 and mod(flags, 4) >= 2;
create index headroom_job_scheduled on headroom_job (run_at) where state = 2;
create unique index headroom_job_unique on headroom_job (unique_key) where unique_key is not null;
create index headroom_job_limited on headroom_job (limit_key, held, priority, id) where limit_key is not null;

create table headroom_job_dead (
  id           bigint      primary key,
  queue        smallint    not null,
  priority     smallint    not null,
  criticality  smallint    not null,
  lane         smallint    not null,
  attempt      smallint    not null,
  max_attempts smallint    not null,
  crashes      smallint    not null,
  created_at   timestamptz not null,
  kind         text        not null,
  kind_version smallint    not null,
  limit_key    text,
  trace        text,
  user_id      text,
  error        text,
  payload      text,
  reason       text        not null,
  died_at      timestamptz not null default clock_timestamp()
);

create index headroom_job_dead_newest on headroom_job_dead (died_at, id);
create index headroom_job_dead_kind on headroom_job_dead (kind, id);

create table headroom_job_queue (
  id        smallint generated always as identity primary key,
  name      text not null unique,
  paused_at timestamptz                                                  -- since when none of its jobs begins, null if they do
);

create table headroom_job_node (
  id         bigint generated always as identity primary key,
  name       text        not null,
  workers    int         not null default 0,                             -- jobs it runs at once
  started_at timestamptz not null default clock_timestamp(),
  last_seen  timestamptz not null default clock_timestamp(),
  unbroken_since timestamptz not null default clock_timestamp()         -- seen again and again since then
) with (fillfactor = 50);

create table headroom_job_schedule (
  kind    text primary key,
  spec    text not null,                                                 -- the interval or cron expression, to notice a change
  seen_at timestamptz not null default clock_timestamp(),                -- when a node had its code
  done_at timestamptz not null default clock_timestamp(),                -- when a job of it last ended well
  next_at timestamptz                                                    -- null while a fixedDelay job is under way
);

create table headroom_job_result (
  job_id   bigint primary key,                                           -- of a tracked job, from its enqueue on
  kind     text,                                                         -- so that the number alone leads to the result
  outcome  smallint,                                                     -- 0 done, 1 dead, 2 cancelled, null not ended
  share    double precision,                                             -- how far it is
  note     text,
  result   text,                                                         -- JSON
  error    text,
  ended_at timestamptz
) with (fillfactor = 70);

create index headroom_job_result_old on headroom_job_result (ended_at) where ended_at is not null;

create table headroom_job_limit (
  limit_key    text     primary key,
  running      int      not null default 0,      -- how many at once, 0 any number
  every_micros bigint   not null default 0,      -- from one begin to the next, 0 any rate
  burst        int      not null default 1,
  turn         bigint   not null default 0,      -- when the next may begin, in microseconds since 1970
  blocked      smallint not null default 0       -- 1 if jobs are put aside
) with (fillfactor = 70);

create index headroom_job_limit_blocked on headroom_job_limit (limit_key) where blocked = 1;
create index headroom_job_blocked on headroom_job (queue, priority) where state >= 3;

create table headroom_job_batch (
  id        bigint generated always as identity primary key,
  total     int not null,
  done      int not null default 0,
  dead      int not null default 0,
  cancelled int not null default 0,
  then_id   bigint,
  ended_at  timestamptz
);

create index headroom_job_batch_old on headroom_job_batch (ended_at) where ended_at is not null;

create table headroom_job_member (
  job_id    bigint primary key,
  batch_id  bigint not null,
  waits_for int not null
);

create index headroom_job_member_of on headroom_job_member (batch_id);

create table headroom_job_next (
  job_id     bigint   not null,
  next_id    bigint   not null,
  at_any_end smallint not null,
  primary key (job_id, next_id)
);

create table headroom_job_step (
  job_id bigint not null,
  name   text not null,
  result text not null,
  primary key (job_id, name)
);

create table headroom_job_window (
  unique_key text        primary key,                                    -- kind:key, of which no job is enqueued
  free_at    timestamptz not null,                                       -- before then
  job_id     bigint                                                      -- the one that was
) with (fillfactor = 70);

create index headroom_job_window_old on headroom_job_window (free_at);

create table headroom_job_schema (
  version int primary key,
  reader  int not null                                                   -- the oldest version whose code may work on it
);

insert into headroom_job_schema (version, reader) values (1, 1);
