import path from 'node:path'
import { defineConfig } from 'vitest/config'

const root = path.resolve(import.meta.dirname, '../..')
const folders = '{services,packages,infra}/*'
const integration = `${folders}/src/**/*.it.test.ts`
const endToEnd = `${folders}/src/**/*.e2e.test.ts`

// Two processes at once: each test file of `it` and `e2e` starts real stores beside itself.
// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  root,
  test: {
    globalSetup: path.join(root, 'packages/testing/src/global-setup.ts'),
    setupFiles: [path.join(root, 'packages/testing/src/leak-guard.ts')],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    retry: 0,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: [`${folders}/{src,app}/**/*.test.ts`], exclude: [integration, endToEnd] },
      },
      { extends: true, test: { name: 'it', include: [integration] } },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: ['packages/streams/src/**/*.it.test.ts'],
          env: { FARMGATE_TEST_REDIS: 'cluster' },
          testTimeout: 60_000,
        },
      },
      { extends: true, test: { name: 'e2e', include: [endToEnd], testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
})
