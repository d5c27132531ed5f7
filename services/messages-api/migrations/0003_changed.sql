-- Where changes are found by their rev: only what was edited or deleted. A message that was not has its rev in the order of
-- its seq, and is found by that (src/by-rev.ts); its own entry here was a fifth of what storing it costs Postgres.
create index messages_changed on messages.messages (room_id, rev) where rev <> created_rev;
drop index messages.messages_room_rev;
