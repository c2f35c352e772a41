import { mount } from 'svelte'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import App from './App.svelte'
import type { Bridge } from './bridge/bridge'
import { nameLanguages } from './language'
import type { Second } from './parts/peal'
import { startLayout } from './layout'
import { getLocale } from './text'
import { startTheme } from './theme'

nameLanguages(navigator)
startTheme()
startLayout()

/** The app's own core, or its double in a build with `--mode fake`. */
async function connect(): Promise<{ bridge: Bridge; past?: readonly Second[] }> {
  if (import.meta.env.MODE === 'fake') {
    const { startFake } = await import('./bridge/start-fake')
    const bridge = startFake()
    return { bridge, past: bridge.fake.lastMinute() }
  }
  const { tauriBridge } = await import('./bridge/tauri')
  return { bridge: tauriBridge }
}

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no #app')
const props = await connect()
document.documentElement.lang = getLocale()
mount(App, { target, props })
