-- The job queue of Headroom on MariaDB 10.6 or newer: results know the kind of their job.

alter table headroom_job_result add column kind varchar(191);

insert ignore into headroom_job_schema (version) values (2);
