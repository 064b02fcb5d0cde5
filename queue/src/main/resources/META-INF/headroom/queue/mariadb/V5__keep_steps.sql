-- The job queue of Headroom on MariaDB 10.6 or newer: the steps of a job that are done.

create table if not exists headroom_job_step (
  job_id bigint not null,
  name   varchar(190) not null,
  result longtext not null,
  primary key (job_id, name)
) engine = innodb, row_format = dynamic, character set utf8mb4, collate utf8mb4_bin;

insert ignore into headroom_job_schema (version) values (5);
