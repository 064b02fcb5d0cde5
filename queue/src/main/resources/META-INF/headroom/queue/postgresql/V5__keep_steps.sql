-- The job queue of Headroom on PostgreSQL 12 or newer: the steps of a job that are done.

create table headroom_job_step (
  job_id bigint not null,
  name   text not null,
  result text not null,
  primary key (job_id, name)
);

insert into headroom_job_schema (version) values (5);
