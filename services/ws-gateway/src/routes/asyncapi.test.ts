import { inboxClientFrames, roomClientFrames } from '@farmgate/contracts/client-frames.ts'
import { closeCodes } from '@farmgate/contracts/close-codes.ts'
import { inboxServerFrames, roomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { describe, expect, it } from 'vitest'
import { asyncapi } from './asyncapi.ts'

const document = asyncapi()

/** What a JSON reference of the document points at. */
const resolve = (ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at && typeof at === 'object' ? Reflect.get(at, key) : undefined), document)

function refsIn(value: unknown): string[] {
  if (!value || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : refsIn(inner)))
}

describe('the AsyncAPI document', () => {
  it('describes every frame of both sockets', () => {
    const { messages } = document.components
    const described = (prefix: string) => Object.keys(messages).filter((name) => name.startsWith(prefix))
    expect(described('room.says.')).toHaveLength(Object.keys(roomClientFrames).length)
    expect(described('room.hears.')).toHaveLength(Object.keys(roomServerFrames).length)
    expect(described('inbox.says.')).toHaveLength(Object.keys(inboxClientFrames).length)
    expect(described('inbox.hears.')).toHaveLength(Object.keys(inboxServerFrames).length)
    expect(messages['room.says.read']).toMatchObject({
      name: 'read',
      payload: { type: 'object', required: ['type', 'seq'], additionalProperties: false },
    })
  })

  it('has no reference that leads nowhere', () => {
    const refs = refsIn(document)
    expect(refs.length).toBeGreaterThan(40)
    for (const ref of refs) expect(resolve(ref), ref).toBeDefined()
  })

  it('says of every frame in a line what it is for', () => {
    for (const [name, message] of Object.entries(document.components.messages)) {
      expect(message.summary, name).toMatch(/\.$/)
    }
  })

  it('names every close code, and what its client does', () => {
    const listed = document['x-close-codes'].map(({ code }) => code)
    expect(listed).toEqual(Object.values(closeCodes).map(({ code }) => code))
    expect(document['x-close-codes'].every(({ client }) => client.length > 0)).toBe(true)
  })

  it('says where the sockets are and how a caller shows who it is', () => {
    expect(document.servers.origin.security).toHaveLength(2)
    expect(document.components.securitySchemes.bearer.description).toContain('`sub`')
  })
})
