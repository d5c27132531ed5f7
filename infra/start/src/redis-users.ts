import { createHash } from 'node:crypto'
import { rolePassword } from '@farmgate/database/service-url.ts'
import type { ServiceName } from './services.ts'

/** The service's own name in Redis, what it may do, and with which keys. */
type RedisUser = { name: string; keys: readonly string[] }

/**
 * Reading and writing keys, the scripts of packages/streams, and what a connection needs. INFO tells which process Redis
 * is, CLUSTER SLOTS which one has a key; the rest of what is dangerous (KEYS, FLUSHALL, CONFIG, SHUTDOWN, MONITOR …) is nobody's.
 */
const MAY =
  '+@read +@write +@connection +eval +evalsha +time -@dangerous -scan -randomkey +info +cluster|slots +cluster|info'

/** Of every service: which filling this is, and the limits that instances share. */
const ALIKE = ['~farmgate:epoch', '~farmgate:epoch:*', '~farmgate:limits:*']

/** `~` reads and writes; `%R~` only reads. A group's reader writes: it acknowledges. */
export const redisUsers: Partial<Record<ServiceName, RedisUser>> = {
  'rooms-api': {
    name: 'farmgate_rooms_api',
    keys: ['~farmgate:rooms:*', '~farmgate:inbox:*', '~farmgate:messages:*', '~farmgate:sweeper:rooms.*'],
  },
  'messages-api': {
    name: 'farmgate_messages_api',
    keys: ['~farmgate:messages:*', '~farmgate:frames:*', '~farmgate:rooms:*', '~farmgate:sweeper:messages.*'],
  },
  'ws-gateway': {
    name: 'farmgate_ws_gateway',
    keys: [
      '%R~farmgate:messages:*',
      '%R~farmgate:frames:*',
      '%R~farmgate:inbox:*',
      '~farmgate:signals:*',
      '~farmgate:gateway:*',
      '~farmgate:presence:*',
    ],
  },
}

/** What Redis is told that a user may: the words behind its password in an ACL file or on the command line. */
export const rulesOf = ({ keys }: RedisUser): string => `resetchannels ${[...ALIKE, ...keys].join(' ')} ${MAY}`

/** The lines of an ACL file, with passwords that follow from the admin's as those of Postgres do (infra/database). */
export function redisAclLines(adminPassword: string): string[] {
  const admin = `redis://:${adminPassword}@localhost`
  return Object.values(redisUsers).map((user) => {
    const password = createHash('sha256').update(rolePassword(admin, user.name)).digest('hex')
    return `user ${user.name} on #${password} ${rulesOf(user)}`
  })
}
