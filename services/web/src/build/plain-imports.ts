import type { Plugin } from 'vite'

/**
 * Lets `import()` be the browser's own. Vite puts a kilobyte around it, which loads the styles of a part before the part; ours
 * are all there from the start.
 */
export function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    enforce: 'pre',
    load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load()' : undefined),
  }
}
