-- Where changes are found by their rev: only what was edited or deleted. A message that was not has its rev in the order of
-- its seq, and is found by that (src/by-rev.ts): one index entry less of four for each, the larger part of what it costs.
-- Making it reads the whole table, and nothing is stored meanwhile: for a large one make it before, as it stands here, but
-- `concurrently`.
create unique index if not exists messages_changed on messages.messages (room_id, rev) where rev <> created_rev;
-- Behind somebody who reads for long (a dump) this would wait, and every send behind it: rather try again.
set local lock_timeout = '2s';
drop index if exists messages.messages_room_rev;
