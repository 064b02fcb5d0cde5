-- The job queue of Headroom on MariaDB 10.6 or newer: limits by key.
-- state 3 of a job: blocked, put aside until there is room for it.

create table if not exists headroom_job_limited (
  job_id    bigint       not null primary key,
  limit_key varchar(400) not null,
  held      tinyint      not null default 0,
  priority  tinyint      not null,
  key headroom_job_limited_order (limit_key, held, priority, job_id),
  key headroom_job_limited_held (held)
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

insert ignore into headroom_job_schema (version) values (3);
