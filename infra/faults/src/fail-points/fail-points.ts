/** A change to one file of the product, made while it is loaded. */
export type Patch = {
  /** From the root of the repository. */
  file: string
  /** Stands in the file exactly once: a fail point that has lost its place must not pass for one that changes nothing. */
  find: string
  /** Stands in its place. `dieAt(name)` ends the process with SIGKILL where the test has armed that name. */
  put: string
}

/**
 * Where a process can be made to die, or to be wrong. They are compiled into services that a test starts (compile-in.ts),
 * so that the product's own code holds none of them, and no setting of production can reach one.
 */
export const failPoints = {
  'kill-after-commit': [
    {
      file: 'services/messages-api/src/append-batch.ts',
      find: 'const attempts = rows.map((row, i) => toAttempt(',
      put: "dieAt('kill-after-commit'); const attempts = rows.map((row, i) => toAttempt(",
    },
  ],
  'kill-after-xadd': [after('packages/outbox/src/outbox.ts', 'await publish(redis, entries)', 'kill-after-xadd')],
  'kill-before-xack': [
    after('packages/streams/src/settle.ts', 'await handle(work.map(({ event }) => event))', 'kill-before-xack'),
  ],
  'kill-mid-upload': [
    after(
      'services/messages-api/src/images/keep-image.ts',
      'await putFiles(held, workspace, image, signal)',
      'kill-mid-upload',
    ),
  ],

  /** Only the sweeper publishes, at once: makes `outbox-by-id` meet late commits within seconds instead of days. */
  'sweeper-only': [
    {
      file: 'packages/outbox/src/outbox.ts',
      find: "if (pulse.state === 'away') return handOver(refs)",
      put: 'return true',
    },
    { file: 'packages/outbox/src/outbox.ts', find: 'const MIN_AGE_MS = 2_000', put: 'const MIN_AGE_MS = 0' },
    { file: 'packages/outbox/src/outbox.ts', find: 'const SWEEP_EVERY_MS = 1_000', put: 'const SWEEP_EVERY_MS = 50' },
  ],

  // The bugs that the oracle has to find.
  'no-deduplication': [
    {
      file: 'services/messages-api/src/append-statement.ts',
      find: 'sends.map((send) => send.client_message_id)',
      put: 'sends.map((send) => send.client_message_id && crypto.randomUUID())',
    },
    {
      file: 'services/messages-api/src/append-known.ts',
      find: 'sends.map((send) => send.client_message_id)',
      put: 'sends.map((send) => send.client_message_id && crypto.randomUUID())',
    },
  ],
  'outbox-by-id': [
    {
      file: 'packages/outbox/src/sweep.ts',
      find: 'const batch = await rows.overdue(minAgeMs, setAside.ids(), mostSwept)',
      put: 'const batch = (await rows.overdue(minAgeMs, [], mostSwept)).filter(({ id }) => Number(id) > (globalThis.swept ?? 0))',
    },
    {
      file: 'packages/outbox/src/sweep.ts',
      find: 'if (batch.length === 0) return 0',
      put: 'if (batch.length === 0) return 0; globalThis.swept = Number(batch.at(-1).id)',
    },
  ],
  'group-at-dollar': [
    { file: 'packages/streams/src/group.ts', find: "group, '0', 'MKSTREAM'", put: "group, '$', 'MKSTREAM'" },
    // Its safety net would compare everything with the owner of the facts, and hide the bug.
    { file: 'packages/streams/src/consume.ts', find: "if (made) lost('group made')", put: '' },
  ],
} satisfies Record<string, readonly Patch[]>

export type FailPoint = keyof typeof failPoints

export const isFailPoint = (name: string): name is FailPoint => Object.hasOwn(failPoints, name)

function after(file: string, find: string, name: string): Patch {
  return { file, find, put: `${find}; dieAt('${name}')` }
}
