-- The job queue of Headroom on H2 2.2 or newer, MODE=REGULAR. Run it with a migration tool of your own, or with SchemaInstaller.
-- state: 0 ready, 1 running, 2 scheduled, 3 put aside until there is room for it, 4 waits for others to end.
-- Terminal states leave headroom_job in the transaction that ends them.

-- Handed out to all sessions in order, so they may be reserved: else each is a write of the catalog.
create sequence if not exists headroom_job_pos cache 1000;

create table if not exists headroom_job (
  id           bigint generated always as identity (cache 1000) primary key,
  queue        smallint not null,
  state        smallint default 0 not null,
  priority     smallint default 4 not null,
  criticality  smallint default 2 not null,
  lane         smallint default 0 not null,
  attempt      smallint default 0 not null,
  max_attempts smallint default 25 not null,
  crashes      smallint default 0 not null,
  flags        smallint default 0 not null,
  held         smallint default 0 not null,
  pos          bigint default next value for headroom_job_pos not null,
  lease        bigint,
  run_at       timestamp(6) with time zone default current_timestamp not null,
  created_at   timestamp(6) with time zone default current_timestamp not null,
  kind         varchar(191) not null,
  kind_version smallint default 1 not null,
  unique_key   varchar(255) unique,
  limit_key    varchar(400),
  trace        varchar(64),
  user_id      varchar(1024),
  error        varchar(8000),
  payload      varchar(1048576)
);

create index if not exists headroom_job_ready on headroom_job (queue, state, priority, criticality, lane, pos);
create index if not exists headroom_job_running on headroom_job (lease);
create index if not exists headroom_job_scheduled on headroom_job (state, run_at);
create index if not exists headroom_job_limited on headroom_job (limit_key, held, priority, id);

create table if not exists headroom_job_dead (
  id           bigint primary key,
  queue        smallint not null,
  priority     smallint not null,
  criticality  smallint not null,
  lane         smallint not null,
  attempt      smallint not null,
  max_attempts smallint not null,
  crashes      smallint not null,
  created_at   timestamp(6) with time zone not null,
  kind         varchar(191) not null,
  kind_version smallint not null,
  limit_key    varchar(400),
  trace        varchar(64),
  user_id      varchar(1024),
  error        varchar(8000),
  payload      varchar(1048576),
  reason       varchar(32) not null,
  died_at      timestamp(6) with time zone default current_timestamp not null
);

create index if not exists headroom_job_dead_newest on headroom_job_dead (died_at, id);
create index if not exists headroom_job_dead_kind on headroom_job_dead (kind, id);

create table if not exists headroom_job_queue (
  id        smallint generated always as identity primary key,
  name      varchar(191) not null unique,
  paused_at timestamp(6) with time zone
);

create table if not exists headroom_job_node (
  id         bigint generated always as identity primary key,
  name       varchar(191) not null,
  workers    int default 0 not null,
  started_at timestamp(6) with time zone default current_timestamp not null,
  last_seen  timestamp(6) with time zone default current_timestamp not null,
  unbroken_since timestamp(6) with time zone default current_timestamp not null
);

create table if not exists headroom_job_schedule (
  kind    varchar(191) primary key,
  spec    varchar(191) not null,
  next_at timestamp(6) with time zone,
  seen_at timestamp(6) with time zone default current_timestamp not null,
  done_at timestamp(6) with time zone default current_timestamp not null
);

create table if not exists headroom_job_result (
  job_id   bigint primary key,
  kind     varchar(191),
  outcome  smallint,
  share    double precision,
  note     varchar(500),
  result   varchar(1048576),
  error    varchar(8000),
  ended_at timestamp(6) with time zone
);

create index if not exists headroom_job_result_old on headroom_job_result (ended_at);

create table if not exists headroom_job_limit (
  limit_key    varchar(400) primary key,
  running      int default 0 not null,
  every_micros bigint default 0 not null,
  burst        int default 1 not null,
  turn         bigint default 0 not null,
  blocked      smallint default 0 not null
);

create index if not exists headroom_job_limit_blocked on headroom_job_limit (blocked);

create table if not exists headroom_job_batch (
  id        bigint generated always as identity primary key,
  total     int not null,
  done      int default 0 not null,
  dead      int default 0 not null,
  cancelled int default 0 not null,
  then_id   bigint,
  ended_at  timestamp(6) with time zone
);

create index if not exists headroom_job_batch_old on headroom_job_batch (ended_at);

create table if not exists headroom_job_member (
  job_id    bigint primary key,
  batch_id  bigint not null,
  waits_for int not null
);

create index if not exists headroom_job_member_of on headroom_job_member (batch_id);

create table if not exists headroom_job_next (
  job_id     bigint   not null,
  next_id    bigint   not null,
  at_any_end smallint not null,
  primary key (job_id, next_id)
);

create table if not exists headroom_job_step (
  job_id bigint not null,
  name   varchar(190) not null,
  result varchar(1048576) not null,
  primary key (job_id, name)
);

create table if not exists headroom_job_window (
  unique_key varchar(400) primary key,
  free_at    timestamp(6) with time zone not null,
  job_id     bigint
);

create index if not exists headroom_job_window_old on headroom_job_window (free_at);

create table if not exists headroom_job_schema (
  version int primary key,
  reader  int not null
);

merge into headroom_job_schema (version, reader) key (version) values (1, 1);
