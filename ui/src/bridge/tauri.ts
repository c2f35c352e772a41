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

async function listenToBatches(onBatch: (batch: Batch) => void): Promise<Stop> {
  let stopped = false
  const channel = new Channel<Batch>((batch) => {
    if (!stopped) onBatch(batch)
  })
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
  return listen<Navigate>(NAVIGATE, (event) => {
    go(event.payload)
  })
}

export const tauriBridge: Bridge = {
  call,
  listen: listenToBatches,
  onNavigate,
  now: () => Date.now(),
}
