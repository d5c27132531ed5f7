type Surroundings = {
  /** Where the page asks who uses it, if that is another origin. */
  sessionUrl: string | undefined
  isProduction: boolean
}

/**
 * What the app's page may do. No inline script or style, and no string becomes code or markup (Trusted Types): text that a
 * user wrote cannot run, even where a line of ours were wrong. Product pictures come from the marketplace's hosts, over
 * https; on a desk also from localhost, as the API takes them.
 */
export function pageHeaders({ sessionUrl, isProduction }: Surroundings): Record<string, string> {
  const session = sessionUrl?.startsWith('http') ? [new URL(sessionUrl).origin] : []
  const desk = isProduction ? [] : ['http://localhost:*', 'http://127.0.0.1:*']
  const policy: Record<string, string[]> = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'font-src': ["'self'"],
    'img-src': ["'self'", 'blob:', 'data:', 'https:', ...desk],
    'connect-src': ["'self'", ...session],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
    'worker-src': ["'self'"],
    // The one policy there is names the worker's script (app/offline/keep-app.ts).
    'trusted-types': ['farmgate-worker'],
    'require-trusted-types-for': ["'script'"],
  }
  return {
    'content-security-policy': Object.entries(policy)
      .map(([name, sources]) => [name, ...sources].join(' '))
      .join('; '),
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
  }
}
