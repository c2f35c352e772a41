import { overwriteGetLocale } from '../paraglide/runtime.js'
import type { Settings } from './contract.gen'
import { fakeBridgeFor, type FakeBridge, type FakeControls } from './fake'

declare global {
  interface Window {
    /** What a test does to the world behind the window. */
    fake?: FakeControls
  }
}

const SIZES: readonly Settings['textSize'][] = ['100', '125', '150', '200']

/** Starts the double as the page's address asks: beside its own words `?text=200`, `?locale=en-XA`
 * and `?consent=unasked`. */
export function startFake(): FakeBridge {
  const asked = new URLSearchParams(location.search)
  if (asked.get('locale') === 'en-XA') overwriteGetLocale(() => 'en-XA')
  const bridge = fakeBridgeFor(location.search)
  const size = SIZES.find((known) => known === asked.get('text'))
  if (size !== undefined) bridge.fake.world.settings.textSize = size
  if (asked.get('consent') === 'unasked') bridge.fake.world.settings.notifications.consent = 'unasked'
  window.fake = bridge.fake
  return bridge
}
