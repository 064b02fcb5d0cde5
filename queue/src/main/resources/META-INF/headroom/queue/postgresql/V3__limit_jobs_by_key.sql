-- The job queue of Headroom on PostgreSQL 12 or newer: limits by key.
-- state 3 of a job: blocked, put aside until there is room for it.

create table headroom_job_limited (
  job_id    bigint   primary key,                -- of a limited job, from its enqueue on
  limit_key text     not null,
  held      smallint not null default 0,         -- 0 no slot, 1 runs in one, 2 ready or scheduled and has one, 3 put aside
  priority  smallint not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000);

create index headroom_job_limited_order on headroom_job_limited (limit_key, held, priority, job_id);
create index headroom_job_limited_held on headroom_job_limited (held) where held in (1, 2);

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

insert into headroom_job_schema (version) values (3);
