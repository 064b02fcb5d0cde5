create table if not exists product (id bigint generated always as identity primary key, name varchar(100) not null);
create table if not exists label (product varchar(100) not null);
