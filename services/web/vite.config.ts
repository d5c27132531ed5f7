import path from 'node:path'
import { defineConfig } from 'vite'

// biome-ignore lint/style/noDefaultExport: vite reads the default export
export default defineConfig({
  root: path.join(import.meta.dirname, 'app'),
  publicDir: false,
  build: {
    outDir: path.join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    manifest: true,
    target: 'es2023',
    // A data: URL would need a hole in the policy for fonts, and cannot be cached by itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
