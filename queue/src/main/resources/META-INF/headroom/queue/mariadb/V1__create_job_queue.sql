-- The job queue of Headroom on MariaDB 10.6 or newer. Run it with a migration tool of your own, or with SchemaInstaller.
-- state: 0 ready, 1 running, 2 scheduled, 3 put aside until there is room for it, 4 waits for others to end.
-- Terminal states leave headroom_job in the transaction that ends them. Times are UTC.

create table if not exists headroom_job (
  id           bigint        not null auto_increment primary key,
  queue        smallint      not null,
  state        tinyint       not null default 0,
  priority     tinyint       not null default 4,
  criticality  tinyint       not null default 2,
  lane         smallint      not null default 0,
  attempt      smallint      not null default 0,
  max_attempts smallint      not null default 25,
  crashes      smallint      not null default 0,
  flags        smallint      not null default 0,
  held         tinyint       not null default 0,
  pos          bigint        not null default (cast(unix_timestamp(now(6)) * 1000000 as signed)),
  lease        bigint,
  run_at       datetime(6)   not null default (utc_timestamp(6)),
  created_at   datetime(6)   not null default (utc_timestamp(6)),
  kind         varchar(191)  not null,
  kind_version smallint      not null default 1,
  unique_key   varchar(255),
  limit_key    varchar(400),
  trace        varchar(64),
  user_id      varchar(1024),
  error        mediumtext,
  payload      longtext,
  unique key headroom_job_unique (unique_key),
  key headroom_job_ready (queue, state, priority, criticality, lane, pos, id),
  key headroom_job_running (lease),
  key headroom_job_scheduled (state, run_at),
  key headroom_job_limited (limit_key, held, priority, id)
) engine = innodb, row_format = dynamic, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_dead (
  id           bigint        not null primary key,
  queue        smallint      not null,
  priority     tinyint       not null,
  criticality  tinyint       not null,
  lane         smallint      not null,
  attempt      smallint      not null,
  max_attempts smallint      not null,
  crashes      smallint      not null,
  created_at   datetime(6)   not null,
  kind         varchar(191)  not null,
  kind_version smallint      not null,
  limit_key    varchar(400),
  trace        varchar(64),
  user_id      varchar(1024),
  error        mediumtext,
  payload      longtext,
  reason       varchar(32)   not null,
  died_at      datetime(6)   not null default (utc_timestamp(6)),
  key headroom_job_dead_newest (died_at, id),
  key headroom_job_dead_kind (kind, id)
) engine = innodb, row_format = dynamic, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_queue (
  id        smallint     not null auto_increment primary key,
  name      varchar(191) not null unique,
  paused_at datetime(6)
) engine = innodb, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_node (
  id         bigint       not null auto_increment primary key,
  name       varchar(191) not null,
  workers    int          not null default 0,
  started_at datetime(6)  not null default (utc_timestamp(6)),
  last_seen  datetime(6)  not null default (utc_timestamp(6)),
  unbroken_since datetime(6) not null default (utc_timestamp(6))
) engine = innodb, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_schedule (
  kind    varchar(191) not null primary key,
  spec    varchar(191) not null,
  next_at datetime(6),
  seen_at datetime(6)  not null default (utc_timestamp(6)),
  done_at datetime(6)  not null default (utc_timestamp(6))
) engine = innodb, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_result (
  job_id   bigint       not null primary key,
  kind     varchar(191),
  outcome  tinyint,
  share    double,
  note     varchar(500),
  result   longtext,
  error    mediumtext,
  ended_at datetime(6),
  key headroom_job_result_old (ended_at)
) engine = innodb, row_format = dynamic, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_limit (
  limit_key    varchar(400) not null primary key,
  running      int          not null default 0,
  every_micros bigint       not null default 0,
  burst        int          not null default 1,
  turn         bigint       not null default 0,
  blocked      tinyint      not null default 0,
  key headroom_job_limit_blocked (blocked)
) engine = innodb, row_format = dynamic, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_batch (
  id        bigint not null auto_increment primary key,
  total     int not null,
  done      int not null default 0,
  dead      int not null default 0,
  cancelled int not null default 0,
  then_id   bigint,
  ended_at  datetime(6),
  key headroom_job_batch_old (ended_at)
) engine = innodb;

create table if not exists headroom_job_member (
  job_id    bigint not null primary key,
  batch_id  bigint not null,
  waits_for int not null,
  key headroom_job_member_of (batch_id)
) engine = innodb;

create table if not exists headroom_job_next (
  job_id     bigint   not null,
  next_id    bigint   not null,
  at_any_end smallint not null,
  primary key (job_id, next_id)
) engine = innodb;

create table if not exists headroom_job_step (
  job_id bigint not null,
  name   varchar(190) not null,
  result longtext not null,
  primary key (job_id, name)
) engine = innodb, row_format = dynamic, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_window (
  unique_key varchar(400) not null primary key,
  free_at    datetime(6)  not null,
  job_id     bigint,
  key headroom_job_window_old (free_at)
) engine = innodb, row_format = dynamic, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_schema (
  version int not null primary key,
  reader  int not null
) engine = innodb;

insert ignore into headroom_job_schema (version, reader) values (1, 1);
