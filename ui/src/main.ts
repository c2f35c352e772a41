import { mount } from 'svelte'
import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import App from './App.svelte'
import type { Bridge } from './bridge/bridge'
import { nameLanguages } from './language'
import { startLayout } from './layout'
import { getLocale } from './text'
import { startTheme } from './theme'

nameLanguages(navigator)
startTheme()
startLayout()

/** The app's own core, or its double in a build with `--mode fake`. */
async function connect(): Promise<Bridge> {
  if (import.meta.env.MODE === 'fake') {
    const { startFake } = await import('./bridge/start-fake')
    return startFake()
  }
  const { tauriBridge } = await import('./bridge/tauri')
  return tauriBridge
}

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no #app')
const bridge = await connect()
document.documentElement.lang = getLocale()
mount(App, { target, props: { bridge } })
