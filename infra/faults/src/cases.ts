import { f01 } from './cases/f01-kill-rooms-api.ts'
import { f02 } from './cases/f02-kill-after-commit.ts'
import { f03 } from './cases/f03-kill-gateway.ts'
import { f04 } from './cases/f04-kill-after-xadd.ts'
import { f05 } from './cases/f05-kill-before-xack.ts'
import { f06 } from './cases/f06-freeze-services.ts'
import { f07 } from './cases/f07-freeze-redis.ts'
import { f08 } from './cases/f08-freeze-postgres.ts'
import { f09 } from './cases/f09-kill-redis.ts'
import { f10 } from './cases/f10-lose-streams.ts'
import { f11 } from './cases/f11-fill-redis.ts'
import { f12 } from './cases/f12-trim-unread.ts'
import { f13 } from './cases/f13-poison.ts'
import { f14 } from './cases/f14-replay.ts'
import { f15 } from './cases/f15-restart-postgres.ts'
import { f16 } from './cases/f16-lock-room.ts'
import { f17 } from './cases/f17-black-hole-redis.ts'
import { f18 } from './cases/f18-lose-replies.ts'
import { f19 } from './cases/f19-slow-readers.ts'
import { f20 } from './cases/f20-rolling-restart.ts'
import { f21 } from './cases/f21-races.ts'
import { f22 } from './cases/f22-tokens-expire.ts'
import { f23 } from './cases/f23-full-image-folder.ts'
import type { FaultCase } from './fault-case.ts'

/** All that is tried. A further fault is a further file and a further row. */
export const cases: readonly FaultCase[] = [
  f01,
  f02,
  f03,
  f04,
  f05,
  f06,
  f07,
  f08,
  f09,
  f10,
  f11,
  f12,
  f13,
  f14,
  f15,
  f16,
  f17,
  f18,
  f19,
  f20,
  f21,
  f22,
  f23,
]
