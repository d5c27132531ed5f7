-- The table that startOutbox expects; each service's migration makes its own (here: schema `example`).
-- A row is a reference to facts that are durable elsewhere, not their payload: what it stands for is rendered when needed.
create table example.outbox (
  id         bigint generated always as identity primary key,
  topic      text not null,                         -- the service's word for how to render it
  subject    text not null,                         -- whose facts: decides shard and order
  first_rev  bigint not null default 0,             -- the changes meant, first to last
  last_rev   bigint not null default 0,
  detail     text not null default '',
  request_id text not null default '',
  created_at timestamptz not null default now()
) with (
  -- Every row is deleted within moments: without eager cleaning, reading the head of the index means
  -- wading through the dead.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_threshold = 1000
);
