// Lua where an answer and what is done about it must be one step. Every script touches keys of one shard only, so each
// also runs on a Redis Cluster. Replies are arrays; false becomes null.

/** Adds to each entry how often it has been delivered, as XPENDING knows it. */
const WITH_DELIVERIES = `
local function with_deliveries(entries, group)
  for _, entry in ipairs(entries) do
    local pending = redis.call('XPENDING', KEYS[1], group, entry[1], entry[1], 1)
    entry[3] = pending[1] and pending[1][4] or 1
  end
  return entries
end`

const FLAT = `
local function flat(reply)
  local map = {}
  for i = 1, #reply, 2 do map[reply[i]] = reply[i + 1] end
  return map
end`

/** stream · group, consumer, count, after → our own pending entries: [id, fields or null where deleted, deliveries][] */
export const READ_OWN = `${WITH_DELIVERIES}
local reply = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[1], ARGV[4])
return with_deliveries(reply and reply[1][2] or {}, ARGV[1])`

/** stream · group, consumer, min idle ms, count → [entries as above, ids deleted while pending] */
export const CLAIM = `${WITH_DELIVERIES}
local reply = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], '0', 'COUNT', ARGV[4])
return { with_deliveries(reply[2], ARGV[1]), reply[3] or {} }`

/**
 * stream, dead letters · group, id, most dead letters, field, value … → 1, or 0 where the entry is no longer pending:
 * of two consumers that give it up at once, one writes. XADD comes first, so that a full Redis refuses the whole.
 */
export const DEAD_LETTER = `
if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1) == 0 then return 0 end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 4))
return redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])`

/** dead letters, stream · id, field, value … → 1, or 0 where the letter is gone already. */
export const REPLAY = `
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2))
return redis.call('XDEL', KEYS[1], ARGV[1])`

/**
 * stream · group → [1 where entries vanished unread, lag, pending].
 * XTRIM leaves max-deleted-entry-id alone and makes \`lag\` lie, so the counters are compared: what has ever been added
 * and is no longer there must have been read. Having said so, the group's counter is set right: said once per trim.
 */
export const INSPECT = `${FLAT}
local stream = flat(redis.call('XINFO', 'STREAM', KEYS[1]))
local group
for _, reply in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local candidate = flat(reply)
  if candidate['name'] == ARGV[1] then group = candidate end
end
if not group then return { 0, 0, 0 } end
local last = group['last-delivered-id']
local read = group['entries-read'] or (last == '0-0' and 0)
local gone = stream['entries-added'] - stream['length']
local vanished = 0
if read and read < gone then
  vanished = 1
  redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], last, 'ENTRIESREAD', gone)
end
return { vanished, group['lag'] or 0, group['pending'] }`

/**
 * stream · group, consumer or '' → consumers removed: the named one, else all that have been silent for the given ms,
 * in either case only with nothing pending (what is pending would be lost with its consumer).
 */
export const FORGET = `${FLAT}
local removed = 0
for _, reply in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = flat(reply)
  local named = ARGV[2] == consumer['name']
  local silent = ARGV[2] == '' and consumer['idle'] >= tonumber(ARGV[3])
  if consumer['pending'] == 0 and (named or silent) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
    removed = removed + 1
  end
end
return removed`
