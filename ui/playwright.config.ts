import { defineConfig } from '@playwright/test'

const ADDRESS = 'http://127.0.0.1:5184'

export default defineConfig({
  testDir: 'tests/e2e',
  fullyParallel: true,
  forbidOnly: true,
  // A test that needs a second try hides a defect.
  retries: 0,
  reporter: [['list']],
  use: {
    baseURL: ADDRESS,
    trace: 'retain-on-failure',
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
    { name: 'desktop', use: { viewport: { width: 1280, height: 800 } } },
    { name: 'phone', use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
  ],
  webServer: {
    command: 'npm run build:fake && npm run preview -- --host 127.0.0.1',
    url: ADDRESS,
    reuseExistingServer: true,
    timeout: 120_000,
  },
})
