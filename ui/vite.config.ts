import { readFileSync } from 'node:fs'
import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import { defineConfig } from 'vitest/config'

/**
 * The content policy of the app's window, from where the app has it; the preview sends it too, so that tests see what
 * it forbids. Nothing is added: the double answers within the page, and what the app's own window adds to the policy is
 * for the scripts that it puts in.
 */
function policy(): string {
  const file = new URL('../src-tauri/tauri.conf.json', import.meta.url)
  const { app } = JSON.parse(readFileSync(file, 'utf8')) as {
    app: { security: { csp: Readonly<Record<string, string>> } }
  }
  return Object.entries(app.security.csp)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ')
}

/** Whether somebody sits before this who has a browser: not a test, and not a machine without a display. */
function hasBrowser(): boolean {
  const { CI, BROWSER, DISPLAY, WAYLAND_DISPLAY } = process.env
  if (CI !== undefined || BROWSER === 'none' || !process.stdout.isTTY) return false
  return process.platform !== 'linux' || DISPLAY !== undefined || WAYLAND_DISPLAY !== undefined
}

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
  // The app's window looks for its page at this port; a browser is told where the page is.
  server:
    mode === 'fake'
      ? { port: 5183, strictPort: false, open: hasBrowser() ? '/?fake=demo' : false }
      : { port: 5183, strictPort: true },
  preview: { strictPort: true, headers: isPreview === true ? { 'Content-Security-Policy': policy() } : {} },
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
