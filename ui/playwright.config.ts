import { createServer } from 'node:net'
import { defineConfig } from '@playwright/test'

/** A port that is free now, so that two runs on one machine do not look at each other's build. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  })
}

// The workers read this file, too; they get the port of the first reading.
process.env['CARILLON_UI_PORT'] ??= String(await freePort())
const PORT = process.env['CARILLON_UI_PORT']
const ADDRESS = `http://127.0.0.1:${PORT}`

export default defineConfig({
  testDir: 'tests/e2e',
  fullyParallel: true,
  // Half of them, the default, is one on a small machine.
  workers: '100%',
  // A slow machine is no failure.
  timeout: 300_000,
  expect: {
    timeout: 30_000,
    // Letters are drawn a little differently from one build of Chromium to the next.
    toHaveScreenshot: { maxDiffPixels: 40 },
  },
  snapshotPathTemplate: '{testDir}/pictures/{arg}-{projectName}{ext}',
  forbidOnly: true,
  // A test that needs a second try hides a defect.
  retries: 0,
  reporter: [['list']],
  use: {
    baseURL: ADDRESS,
    // Recording costs a third of the time; whoever looks for a failure asks for it.
    trace: process.env['CARILLON_TRACE'] === undefined ? 'off' : 'retain-on-failure',
    locale: 'en-GB',
    timezoneId: 'UTC',
    launchOptions: {
      executablePath: process.env['CARILLON_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'desktop', testIgnore: '**/*.phone.spec.ts', use: { viewport: { width: 1280, height: 800 } } },
    {
      name: 'phone',
      testIgnore: '**/*.desktop.spec.ts',
      use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    },
  ],
  webServer: {
    command: 'npm run preview -- --host 127.0.0.1 --port ' + PORT,
    url: ADDRESS,
    reuseExistingServer: false,
    timeout: 60_000,
  },
})
