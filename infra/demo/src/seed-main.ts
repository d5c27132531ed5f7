import { DEVELOPMENT_JWT_SECRET } from '@farmgate/service-kit/config.ts'
import { seedCatalog } from './seed.ts'

/*
 * What fills the demo's catalog where no `npm start` does: a job of docker-compose.yml. FARMGATE_URL says where the one
 * origin is, PUBLIC_URL how browsers name it. In production, or where others sign the tokens, there is nothing to seed with.
 */

const { NODE_ENV, JWKS_URL, JWT_SECRET, JWT_ISSUER, JWT_AUDIENCE, FARMGATE_URL, PUBLIC_URL } = process.env
const here = 'http://localhost:8080'

if (NODE_ENV === 'production' || JWKS_URL) process.stdout.write('not seeded: there is no demo here\n')
else {
  await seedCatalog({
    origin: FARMGATE_URL || here,
    publicOrigin: PUBLIC_URL || here,
    secret: JWT_SECRET || DEVELOPMENT_JWT_SECRET,
    issuer: JWT_ISSUER,
    audience: JWT_AUDIENCE,
  })
  process.stdout.write('demo farms and products are there\n')
}
