-- The job queue of Headroom on PostgreSQL 12 or newer: batches of jobs that wait for one another.
-- state 4 of a job: waits for others to end. A member's row lives as long as its job.

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

insert into headroom_job_schema (version) values (4);
