import { configOrExit } from '@farmgate/service-kit/config.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { serve } from '@farmgate/service-kit/serve.ts'
import { createOrigin } from './app.ts'
import { readDemo, shape } from './config.ts'

const config = configOrExit(shape, process.env)
const log = createLog('web', config.LOG_LEVEL)

// What it answers: the app, the demo's market, the API reference, and the services behind it
const app = await createOrigin({ config, log, demo: readDemo(config, process.env) })

await serve(app, { host: config.HOST, port: config.PORT, reusePort: config.REUSE_PORT, log })
