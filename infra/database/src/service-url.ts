import { createHmac } from 'node:crypto'

/** What the passwords are derived from where the server trusts its callers and the admin has none. */
const TRUSTED = 'trust'

/**
 * The URL by which a service connects as its own role. Where none is given its password follows from the admin's, so that
 * any number of starters agree on it without keeping it anywhere.
 */
export function serviceUrl(adminUrl: string, role: string, password = rolePassword(adminUrl, role)): string {
  const url = new URL(adminUrl)
  url.username = role
  url.password = password
  return url.href
}

/** 64 hexadecimal digits: safe to quote anywhere. */
export function rolePassword(adminUrl: string, role: string): string {
  const secret = decodeURIComponent(new URL(adminUrl).password) || TRUSTED
  return createHmac('sha256', secret).update(role).digest('hex')
}
