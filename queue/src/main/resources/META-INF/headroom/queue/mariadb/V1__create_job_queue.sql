-- The job queue of Headroom on MariaDB 10.6 or newer. Run it with a migration tool of your own, or with SchemaInstaller.
-- state: 0 ready, 1 running, 2 scheduled. Terminal states leave headroom_job in the transaction that ends them. Times are UTC.

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
  pos          bigint        not null default (cast(unix_timestamp(now(6)) * 1000000 as signed)),
  lease        bigint,
  run_at       datetime(6)   not null default (utc_timestamp(6)),
  created_at   datetime(6)   not null default (utc_timestamp(6)),
  kind         varchar(191)  not null,
  kind_version smallint      not null default 1,
  unique_key   varchar(255),
  trace        varchar(64),
  user_id      varchar(1024),
  error        mediumtext,
  payload      longtext,
  unique key headroom_job_unique (unique_key),
  key headroom_job_ready (queue, state, priority, criticality, lane, pos, id),
  key headroom_job_running (lease),
  key headroom_job_scheduled (state, run_at)
) engine = innodb, row_format = dynamic, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_dead (
  id           bigint        not null primary key,
  queue        smallint      not null,
  priority     tinyint       not null,
  criticality  tinyint       not null,
  attempt      smallint      not null,
  max_attempts smallint      not null,
  crashes      smallint      not null,
  created_at   datetime(6)   not null,
  kind         varchar(191)  not null,
  kind_version smallint      not null,
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
  id   smallint     not null auto_increment primary key,
  name varchar(191) not null unique
) engine = innodb, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_node (
  id         bigint       not null auto_increment primary key,
  name       varchar(191) not null,
  workers    int          not null default 0,
  started_at datetime(6)  not null default (utc_timestamp(6)),
  last_seen  datetime(6)  not null default (utc_timestamp(6))
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
  outcome  tinyint,
  share    double,
  note     varchar(500),
  result   longtext,
  error    mediumtext,
  ended_at datetime(6),
  key headroom_job_result_old (ended_at)
) engine = innodb, row_format = dynamic, character set utf8mb4, collate utf8mb4_bin;

create table if not exists headroom_job_schema (
  version int not null primary key
) engine = innodb;

insert ignore into headroom_job_schema (version) values (1);
