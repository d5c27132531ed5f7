import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createLog } from '@farmgate/service-kit/log.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { type OwnServer, ownServer } from './server.fixture.ts'

/* `?sslmode=` of DATABASE_URL, against a server with a certificate of its own making, for the name localhost. */

const canMakeCertificates = spawnSync('openssl', ['version']).status === 0

describe.skipIf(!canMakeCertificates)('over TLS', () => {
  const trusted = getCACertificates('default')
  let dir: string
  let server: OwnServer
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'farmgate-tls-'))
    await certify('localhost')
    server = await ownServer(['ssl=on', `ssl_cert_file=${dir}/server.crt`, `ssl_key_file=${dir}/server.key`])
  })
  afterAll(async () => {
    setDefaultCACertificates(trusted)
    await server.close()
    await rm(dir, { recursive: true, force: true })
  })

  /** A key, and a certificate for this name by nobody but itself, where the server looks for them. */
  async function certify(name: string): Promise<string> {
    const words =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout server.key -out server.crt'
    const named = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
    execFileSync('openssl', [...words.split(' '), ...named], { cwd: dir, stdio: 'ignore' })
    return readFile(path.join(dir, 'server.crt'), 'utf8')
  }

  /** Whether Postgres sees an encrypted connection. */
  async function isEncrypted(sslmode: string): Promise<boolean> {
    const url = new URL(server.url)
    url.hostname = 'localhost'
    url.searchParams.set('sslmode', sslmode)
    const db = openDatabase(url.href, { name: 'test', log: createLog('test', 'silent') })
    try {
      await db.check()
      const [row] = await db.run(
        (sql) => sql<{ ssl: boolean }[]>`
        select ssl from pg_stat_ssl where pid = pg_backend_pid()`,
      )
      return row?.ssl === true
    } finally {
      await db.close()
    }
  }

  test('it is encrypted where it shall be', async () => {
    expect(await isEncrypted('disable')).toBe(false)
    expect(await isEncrypted('require')).toBe(true)
  })

  test('verify-full takes a certificate that is trusted and names the host, and no other', async () => {
    await expect(isEncrypted('verify-full')).rejects.toThrow('certificate')
    setDefaultCACertificates([...trusted, await certify('localhost')])
    await server.restart()
    expect(await isEncrypted('verify-full')).toBe(true)
    setDefaultCACertificates([...trusted, await certify('other.example')])
    await server.restart()
    await expect(isEncrypted('verify-full')).rejects.toThrow("certificate's altnames")
  })
})
