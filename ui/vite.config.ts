import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import { defineConfig } from 'vitest/config'

/** The content policy of the app's window; the preview sends it too, so that tests see what it forbids. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  'connect-src ipc: http://ipc.localhost',
].join('; ')

export default defineConfig(({ command, isPreview, mode }) => ({
  plugins: [
    // `npm run messages` compiles them for everything else; here they follow what is written.
    command === 'serve' &&
      process.env['VITEST'] === undefined &&
      isPreview !== true &&
      paraglideVitePlugin({
        project: './project.inlang',
        outdir: './src/paraglide',
        strategy: ['globalVariable', 'baseLocale'],
        emitTsDeclarations: true,
      }),
    svelte(),
    svelteTesting(),
  ],
  clearScreen: false,
  server: { port: 5183, strictPort: true },
  preview: { strictPort: true, headers: { 'Content-Security-Policy': POLICY } },
  build: {
    // `--mode fake` is the build that runs in any browser, on the fake bridge.
    outDir: mode === 'fake' ? 'dist-fake' : 'dist',
    // What Tauri's web views understand: Safari 16.4 (macOS 13, iOS 16.4), WebKitGTK 2.40, WebView2.
    target: ['safari16.4', 'chrome110'],
    // The content policy allows fonts from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'tests/unit/**/*.test.ts'],
    restoreMocks: true,
    // A slow machine is no failure.
    testTimeout: 60_000,
    // Vitest empties style sheets unless it is told not to, also where their text is asked for.
    css: { include: /tokens\.css/ },
  },
}))
