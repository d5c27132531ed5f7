-- Uploads. The row is there before its files are put, and goes after they are gone: no file is ever without a row.
--   storing    its files are on their way; one that stays so was left behind by a crash
--   stored     may be attached, within a day
--   attached   is in a message
--   doomed     nobody is shown it any more; its files, then its row, are removed
create table messages.images (
  image_id        uuid primary key,
  room_id         uuid not null,
  uploader_id     text not null,
  message_id      uuid,
  state           text not null default 'storing' check (state in ('storing', 'stored', 'attached', 'doomed')),
  content_type    text not null,
  width           integer not null,
  height          integer not null,
  bytes           integer not null, -- of the original
  thumbnail_bytes integer not null,
  placeholder     text not null,    -- a data URI
  created_at      timestamptz(3) not null,
  check ((state = 'attached') <= (message_id is not null))
);
create index images_message on messages.images (message_id) where message_id is not null;
create index images_passing on messages.images (state, created_at) where state <> 'attached';

-- What a user has uploaded on a day (UTC). Images come and go; this only rises.
create table messages.uploads (
  user_id text not null,
  day     date not null,
  images  integer not null,
  bytes   bigint not null,
  primary key (user_id, day)
);
