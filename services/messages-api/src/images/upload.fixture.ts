import { type UploadedImage, uploadedImage } from '@farmgate/contracts/images.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { expect } from 'vitest'

export type Part = [name: string, value: string | Buffer, filename?: string]

/** A form as a browser sends it, its parts in this order. */
export function aForm(parts: readonly Part[]): FormData {
  const form = new FormData()
  for (const [name, value, filename] of parts) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, new Blob([new Uint8Array(value)], { type: 'image/png' }), filename ?? 'photo.png')
  }
  return form
}

/** Uploads as `user` would; `null` brings no token. */
export const postForm = (origin: string, user: string | null, form: FormData) =>
  fetch(`${origin}/chat/images/`, {
    method: 'POST',
    body: form,
    headers: user === null ? {} : { authorization: `Bearer ${user.includes('.') ? user : token(user)}` },
  })

export const upload = (origin: string, user: string | null, room_id: string, file: Buffer, filename?: string) =>
  postForm(origin, user, aForm([['room_id', room_id], filename ? ['file', file, filename] : ['file', file]]))

/** An upload that must be taken. */
export async function uploaded(origin: string, user: string, room_id: string, file: Buffer): Promise<UploadedImage> {
  const answer = await upload(origin, user, room_id, file)
  const body = await answer.json()
  expect([answer.status, body]).toMatchObject([201, {}])
  return uploadedImage.parse(body)
}
