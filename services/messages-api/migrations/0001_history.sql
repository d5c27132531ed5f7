create schema if not exists messages;

-- Who is in a room (a copy of what rooms-api says) and where its history stands (ours). The row is the room's lock:
-- seq, rev and card_rev are only ever taken under it. Half-full pages keep its many updates on their page (HOT).
create table messages.rooms (
  room_id          uuid primary key,
  customer_id      text not null,
  farmer_id        text not null,
  order_status     text check (order_status in ('new', 'active', 'completed')),
  event_no         integer not null, -- the last event of rooms-api that is in this row and its history
  last_seq         integer not null default 0,
  rev              integer not null default 0,
  card_rev         integer not null default 0,
  order_seq        integer not null default 0, -- of the newest order's first message
  customer_seq     integer not null default 0, -- read markers
  farmer_seq       integer not null default 0,
  customer_unread  integer not null default 0 check (customer_unread >= 0),
  farmer_unread    integer not null default 0 check (farmer_unread >= 0),
  customer_read_at timestamptz(3),
  farmer_read_at   timestamptz(3),
  check (customer_id <> farmer_id),
  check (customer_seq <= last_seq and farmer_seq <= last_seq)
) with (fillfactor = 50);

-- The history. No foreign key to rooms: every insert selects from the locked room row, and rooms are never deleted.
create table messages.messages (
  message_id        uuid primary key,
  room_id           uuid not null,
  seq               integer not null,
  rev               integer not null, -- of its last change
  created_rev       integer not null,
  kind              text not null check (kind in ('text', 'order_placed', 'order_status')),
  sender_id         text not null,
  body              text not null,
  images            jsonb,
  client_message_id text,
  status_from       text,
  status_to         text,
  created_at        timestamptz(3) not null,
  edited_at         timestamptz(3),
  deleted_at        timestamptz(3)
);
create unique index messages_room_seq on messages.messages (room_id, seq);
create unique index messages_room_rev on messages.messages (room_id, rev);
create unique index messages_client_id on messages.messages (room_id, sender_id, client_message_id)
  where client_message_id is not null;

-- A rev whose message has changed again since. It says which message it was, never what it said: with it every rev of
-- a room can be told one by one, and what was deleted is gone.
create table messages.superseded (
  room_id    uuid not null,
  rev        integer not null,
  message_id uuid not null,
  change     text not null check (change in ('created', 'updated')),
  primary key (room_id, rev)
);

-- What others have yet to hear: references to facts, never the facts. See packages/outbox.
create table messages.outbox (
  id         bigint generated always as identity primary key,
  topic      text not null,
  subject    text not null,
  first_rev  bigint not null default 0,
  last_rev   bigint not null default 0,
  detail     text not null default '',
  request_id text not null default '',
  created_at timestamptz not null default now()
) with (
  -- As packages/outbox/outbox.sql has it, and says why.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_threshold = 1000
);
