-- The job queue of Headroom on MariaDB 10.6 or newer: batches of jobs that wait for one another.
-- state 4 of a job: waits for others to end. A member's row lives as long as its job.

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

insert ignore into headroom_job_schema (version) values (4);
