-- The schema of rooms-api: the catalog copy, rooms with their cards, what happened in them, and what is still to be told.
-- Forward only; Postgres 15 or newer; the schema itself and the rights on it are made by infra/database.

-- A user is known from the catalog (name), from a token that brought a name (claimed_name), or not at all.
create table rooms.users (
  user_id text primary key,
  name text,
  claimed_name text,
  avatar_url text
);
--> statement-breakpoint
create table rooms.products (
  product_id text primary key,
  farmer_id text not null,
  name text not null,
  unit text,
  image_url text
);
--> statement-breakpoint
-- One room for a (customer, farmer, product). From card_rev on: the card, as absolute values that messages-api sends,
-- or as our own prediction of them until it has heard our newest event (event_no).
-- No foreign key to products: none is ever deleted, the checkout reads the product anyway, and a key would make all
-- checkouts of one popular product share a lock on its row.
create table rooms.rooms (
  room_id uuid primary key,
  customer_id text not null,
  farmer_id text not null,
  product_id text not null,
  quantity numeric(10, 3) not null,
  product_image_url text,
  order_status text check (order_status in ('new', 'active', 'completed')),
  is_new_order boolean not null,
  event_no integer not null,
  card_rev bigint not null default 0,
  last_seq integer not null,
  customer_unread integer not null,
  farmer_unread integer not null,
  last_message json,
  created_at timestamptz(3) not null,
  activity_at timestamptz(3) not null,
  card_changed_at timestamptz(3) not null default clock_timestamp(),
  unique (customer_id, farmer_id, product_id)
);
--> statement-breakpoint
-- The chat list, newest activity first, of a customer and of a farmer.
create index rooms_of_customer on rooms.rooms (customer_id, activity_at desc, room_id desc);
--> statement-breakpoint
create index rooms_of_farmer on rooms.rooms (farmer_id, activity_at desc, room_id desc);
--> statement-breakpoint
-- The same for what is unread; the sum over it costs what is unread, not what there is.
create index unread_of_customer on rooms.rooms (customer_id, activity_at desc, room_id desc) include (customer_unread)
  where customer_unread > 0;
--> statement-breakpoint
create index unread_of_farmer on rooms.rooms (farmer_id, activity_at desc, room_id desc) include (farmer_unread)
  where farmer_unread > 0;
--> statement-breakpoint
-- What changed lately, for gateways that compare.
create index rooms_changed on rooms.rooms (card_changed_at, room_id);
--> statement-breakpoint
-- The story of a room: 1, 2, 3 … without gaps, taken under the lock of its row. The payload is the event as it is told.
create table rooms.room_events (
  room_id uuid not null,
  event_no integer not null,
  type text not null,
  payload json not null,
  primary key (room_id, event_no)
);
--> statement-breakpoint
-- The first answer to each Idempotency-Key of a customer. json, not jsonb: it keeps the answer byte for byte.
create table rooms.idempotency_keys (
  customer_id text not null,
  key text not null,
  fingerprint text not null,
  status smallint,
  answer json,
  created_at timestamptz not null default now(),
  primary key (customer_id, key)
);
--> statement-breakpoint
-- What was committed and is not yet on its stream (see packages/outbox). Topics: events, card; the subject is the room.
create table rooms.outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  subject text not null,
  first_rev bigint not null default 0,
  last_rev bigint not null default 0,
  detail text not null default '',
  request_id text not null default '',
  created_at timestamptz not null default now()
) with (
  -- As packages/outbox/outbox.sql has it, and says why.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_threshold = 1000
);
