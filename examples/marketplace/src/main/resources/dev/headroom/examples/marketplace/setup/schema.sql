create table if not exists site (
    name text primary key,
    value text not null
);

create table if not exists sellers (
    id bigint generated always as identity primary key,
    name text not null,
    created_at timestamptz not null default now()
);

create table if not exists products (
    id bigint generated always as identity primary key,
    seller_id bigint not null references sellers,
    title text not null,
    price_cents bigint not null check (price_cents >= 0),
    photo text not null unique,
    photo_ready boolean not null default false,
    created_at timestamptz not null default now()
);

create index if not exists products_by_seller on products (seller_id, id);

-- Its job gave up.
alter table products add column if not exists photo_failed boolean not null default false;

-- One row for each small picture; the key keeps a photograph from being made small twice.
create table if not exists photo_sizes (
    product_id bigint not null references products,
    size text not null,
    width int not null,
    height int not null,
    primary key (product_id, size)
);

create table if not exists orders (
    id bigint generated always as identity primary key,
    buyer text not null,
    total_cents bigint not null,
    created_at timestamptz not null default now()
);

-- A cart is bought once.
alter table orders add column if not exists cart_id text unique;

create table if not exists order_lines (
    order_id bigint not null references orders,
    product_id bigint not null references products,
    title text not null,
    price_cents bigint not null,
    quantity int not null check (quantity > 0),
    primary key (order_id, product_id)
);

-- What the embedded mail server has received.
create table if not exists mails (
    message_id text primary key,
    recipient text not null,
    subject text not null,
    body text not null,
    received_at timestamptz not null default now()
);
