import { describe, expect, it } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import { App } from '../../state/app.svelte'
import { immediately } from '../../state/frame'
import { Saver } from './saver.svelte'

async function started() {
  const bridge = fakeBridge({ scenario: 'demo', frozen: 0 })
  const app = new App(bridge, { frames: immediately })
  await app.store.start()
  return { bridge, app, saver: new Saver(app) }
}

describe('a change of the settings', () => {
  it('is kept, shown and told', async () => {
    const { bridge, app, saver } = await started()
    await saver.theme('dark', 'Dark')
    expect(bridge.fake.world.settings.theme).toBe('dark')
    expect(app.snapshot?.settings.theme).toBe('dark')
    expect(saver.said).toEqual({ failed: false, text: 'Saved: the theme is Dark.' })
  })

  it('that is refused is taken back and says why', async () => {
    const { bridge, app, saver } = await started()
    bridge.fake.fail('set_settings')
    await saver.letterShortcuts(false)
    expect(app.snapshot?.settings.letterShortcuts).toBe('on')
    expect(saver.said?.failed).toBe(true)
  })

  it('builds on the one before, also where that is not kept yet', async () => {
    const { bridge, saver } = await started()
    const [first, second] = bridge.fake.world.accounts.map(({ view }) => view.account.id)
    await Promise.all([
      saver.silence(first ?? '', 'First', true),
      saver.silence(second ?? '', 'Second', true),
      saver.hideContent(true),
      saver.silence(first ?? '', 'First', false),
    ])
    expect(bridge.fake.world.settings.notifications).toMatchObject({ silenced: [second], hideContent: true })
  })
})
