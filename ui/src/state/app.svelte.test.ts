import { flushSync } from 'svelte'
import { expect, test } from 'vitest'
import { fakeBridge } from '../bridge/fake'
import { App } from './app.svelte'
import { immediately } from './frame'

const NOON = Date.parse('2026-11-19T14:03:00Z')

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

test('a window that has read once follows what is told', async () => {
  const bridge = fakeBridge({ frozen: NOON })
  const app = new App(bridge, { frames: immediately })
  const stop = app.start()
  await settled()
  expect(app.reading).toBe('read')
  expect(app.accounts).toHaveLength(6)

  const account = app.accounts[0]?.account.id ?? ''
  let items: readonly unknown[] = []
  const release = $effect.root(() => {
    const trades = app.activity(() => ({ account, entity: { kind: 'market', id: 'm-101' } }))
    $effect(() => {
      items = trades.items
    })
  })
  flushSync()
  await settled()
  flushSync()
  const before = items.length
  bridge.fake.trade(0, 'm-101')
  flushSync()
  expect(items).toHaveLength(before + 1)
  release()
  stop()
})
