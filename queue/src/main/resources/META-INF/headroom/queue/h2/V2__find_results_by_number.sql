-- The job queue of Headroom on H2 2.2 or newer, MODE=REGULAR: results know the kind of their job.

alter table headroom_job_result add column if not exists kind varchar(191);

merge into headroom_job_schema (version) key (version) values (2);
