import { expect, test } from 'vitest'
import { draftsOf } from './drafts.ts'

function storage(): Storage {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem: (key, text) => void items.set(key, text),
  }
}

test('a draft is kept by room and by person', () => {
  const kept = storage()
  draftsOf(kept, 'ada', 'r1').write('Friday?')
  expect(draftsOf(kept, 'ada', 'r1').read()).toBe('Friday?')
  expect(draftsOf(kept, 'ada', 'r2').read()).toBe('')
  expect(draftsOf(kept, 'bo', 'r1').read()).toBe('')
})

test('an emptied draft leaves nothing behind', () => {
  const kept = storage()
  const draft = draftsOf(kept, 'ada', 'r1')
  draft.write('Friday?')
  draft.write('')
  expect(kept.length).toBe(0)
})
