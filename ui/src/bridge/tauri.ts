/** The bridge of the app's own window. The only file that imports `@tauri-apps/api`. */

import { Channel, invoke } from '@tauri-apps/api/core'
import { listen } from '@tauri-apps/api/event'

import { toCallError, type Answer, type Bridge, type CallArgs, type Command, type Stop } from './bridge'
import type { Batch, Navigate } from './contract.gen'

/** Carries the channel; it is no command of the contract, since a channel is no value. */
const LISTEN = 'listen'
const NAVIGATE = 'navigate'

async function call<C extends Command>(command: C, ...[args]: CallArgs<C>): Promise<Answer<C>> {
  try {
    return await invoke<Answer<C>>(command, args)
  } catch (thrown) {
    throw toCallError(thrown)
  }
}

/** Settles once the window hears where it is led: what waited for it is told as soon as it listens. */
let led: Promise<unknown> = Promise.resolve()

async function listenToBatches(onBatch: (batch: Batch) => void): Promise<Stop> {
  let stopped = false
  const channel = new Channel<Batch>((batch) => {
    if (!stopped) onBatch(batch)
  })
  await led
  try {
    await invoke(LISTEN, { channel })
  } catch (thrown) {
    throw toCallError(thrown)
  }
  return () => {
    stopped = true
  }
}

function onNavigate(go: (where: Navigate) => void): Promise<Stop> {
  const registered = listen<Navigate>(NAVIGATE, (event) => {
    go(event.payload)
  })
  led = registered.catch(() => undefined)
  return registered
}

export const tauriBridge: Bridge = {
  call,
  listen: listenToBatches,
  onNavigate,
  now: () => Date.now(),
}
