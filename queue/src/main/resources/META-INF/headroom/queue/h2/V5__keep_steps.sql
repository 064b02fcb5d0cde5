-- The job queue of Headroom on H2 2.2 or newer, MODE=REGULAR: the steps of a job that are done.

create table if not exists headroom_job_step (
  job_id bigint not null,
  name   varchar(190) not null,
  result varchar(1048576) not null,
  primary key (job_id, name)
);

merge into headroom_job_schema (version) key (version) values (5);
