-- The job queue of Headroom on PostgreSQL 12 or newer: results know the kind of their job.

alter table headroom_job_result add column kind text;                   -- so that the number alone leads to the result

insert into headroom_job_schema (version) values (2);
