import { BEARER_PREFIX, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import type { UploadedImage } from '@farmgate/contracts/images.ts'
import type { InboxServerFrames, RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import WebSocket from 'ws'

type RoomFrame = RoomServerFrames[keyof RoomServerFrames]
type InboxFrame = InboxServerFrames[keyof InboxServerFrames]
type OfType<Frame, Type> = Extract<Frame, { type: Type }>

/** How long a step of the story may take. */
const STEP_MS = 10_000

export type User = ReturnType<typeof createUser>

/** Someone who uses Farmgate as any client would: HTTP at the one origin, sockets below /ws/. */
export function createUser(origin: string, name: string, token: string) {
  const socket = <Frame extends { type: string }>(path: string) =>
    openSocket<Frame>(`${origin.replace(/^http/, 'ws')}${path}`, token)
  return {
    name,
    /** Asks and gives the answer's body. Throws where the answer is no 2xx. */
    async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await fetch(origin + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return JSON.parse(text) as T
    },
    /** Uploads a photo for a room. */
    async upload(roomId: string, file: Uint8Array<ArrayBuffer>): Promise<UploadedImage> {
      const form = new FormData()
      form.append('room_id', roomId)
      form.append('file', new Blob([file]))
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(`${origin}/chat/images/`, { method: 'POST', headers, body: form })
      if (!response.ok) throw new Error(`POST /chat/images/: ${response.status} ${await response.text()}`)
      return (await response.json()) as UploadedImage
    },
    /** What stands behind the URL of an image. */
    async look(url: string): Promise<Uint8Array> {
      const response = await fetch(new URL(url, origin))
      if (!response.ok) throw new Error(`GET ${url}: ${response.status}`)
      return response.bytes()
    },
    openRoom: (roomId: string) => socket<RoomFrame>(`/ws/chat/${roomId}/`),
    openInbox: () => socket<InboxFrame>('/ws/inbox/'),
  }
}

async function openSocket<Frame extends { type: string }>(url: string, token: string) {
  const ws = new WebSocket(url, [SUBPROTOCOL, `${BEARER_PREFIX}${token}`])
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  const settle = () => {
    for (const check of waiting) check()
  }
  let ended: string | undefined
  ws.on('message', (data) => {
    frames.push(JSON.parse(String(data)) as Frame)
    settle()
  })
  ws.on('error', (error) => {
    ended = error.message
    settle()
  })
  ws.on('close', (code) => {
    ended ??= `closed with ${code}`
    settle()
  })

  /** Takes the first frame of this type that fits, whether it is here or still to come, and passes over the rest. */
  function next<Type extends Frame['type']>(
    type: Type,
    fits: (frame: OfType<Frame, Type>) => boolean = () => true,
  ): Promise<OfType<Frame, Type>> {
    const isIt = (frame: Frame): frame is OfType<Frame, Type> =>
      frame.type === type && fits(frame as OfType<Frame, Type>)
    return new Promise((resolve, reject) => {
      const done = (finish: () => void) => {
        clearTimeout(timer)
        waiting.delete(check)
        finish()
      }
      const check = () => {
        const at = frames.findIndex(isIt)
        const frame = frames.splice(0, at + 1).at(-1)
        if (frame && isIt(frame)) done(() => resolve(frame))
        else if (ended) done(() => reject(new Error(`${url} ended while waiting for ${type}: ${ended}`)))
      }
      const timer = setTimeout(() => done(() => reject(new Error(`${url}: no ${type} within ${STEP_MS} ms`))), STEP_MS)
      waiting.add(check)
      check()
    })
  }

  return {
    welcome: await next('welcome'),
    next,
    say: (frame: object) => ws.send(JSON.stringify(frame)),
    close: () => ws.close(),
  }
}
