-- The job queue of Headroom on H2 2.2 or newer, MODE=REGULAR: batches of jobs that wait for one another.
-- state 4 of a job: waits for others to end. A member's row lives as long as its job.

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

merge into headroom_job_schema (version) key (version) values (4);
