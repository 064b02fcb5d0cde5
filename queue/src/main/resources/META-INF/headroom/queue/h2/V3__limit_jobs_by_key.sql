-- The job queue of Headroom on H2 2.2 or newer, MODE=REGULAR: limits by key.
-- state 3 of a job: blocked, put aside until there is room for it.

create table if not exists headroom_job_limited (
  job_id    bigint primary key,
  limit_key varchar(400) not null,
  held      smallint default 0 not null,
  priority  smallint not null
);

create index if not exists headroom_job_limited_order on headroom_job_limited (limit_key, held, priority, job_id);

create table if not exists headroom_job_limit (
  limit_key    varchar(400) primary key,
  running      int default 0 not null,
  every_micros bigint default 0 not null,
  burst        int default 1 not null,
  turn         bigint default 0 not null,
  blocked      smallint default 0 not null
);

create index if not exists headroom_job_limit_blocked on headroom_job_limit (blocked);

merge into headroom_job_schema (version) key (version) values (3);
