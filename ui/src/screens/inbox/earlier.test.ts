import { expect, it } from 'vitest'
import type { Notice } from '../../bridge/contract.gen'
import { fakeBridge } from '../../bridge/fake'
import { earlierAbout } from './earlier'

const NOW = Date.UTC(2026, 10, 20, 14, 3)

async function all(bridge: ReturnType<typeof fakeBridge>): Promise<Notice[]> {
  const { notices } = await bridge.call('notices', { accounts: [], filter: 'all', behind: null, limit: 500 })
  return notices
}

function named(notices: readonly Notice[], title: string): Notice {
  const found = notices.find((one) => one.title === title)
  if (found === undefined) throw new Error(`There is no notice ${title}`)
  return found
}

it('earlier notices are those about the same thing, archived ones included', async () => {
  const bridge = fakeBridge({ scenario: 'demo', frozen: NOW })
  const account = 0
  const told = (title: string) =>
    ({
      category: 'market',
      level: 'info',
      title,
      body: '',
      ago: 0,
      about: { kind: 'market', id: 'm-1' },
    }) as const
  bridge.fake.notify(account, [{ ...told('first'), ago: 30 }])
  bridge.fake.notify(account, [{ ...told('second'), ago: 20 }])
  bridge.fake.notify(account, [{ ...told('other'), ago: 15, about: { kind: 'market', id: 'm-2' } }])
  bridge.fake.notify(account, [{ ...told('third'), ago: 0 }])
  const notices = await all(bridge)
  const third = named(notices, 'third')
  const second = named(notices, 'second')
  await bridge.call('set_archived', { account: second.account, ids: [second.id], archived: true })

  const earlier = await earlierAbout(bridge, third)
  expect(earlier.map((one) => one.title)).toEqual(['second', 'first'])
})

it('a notice about nothing has none', async () => {
  const bridge = fakeBridge({ scenario: 'demo', frozen: NOW })
  const notice = named(await all(bridge), 'Maintenance')
  expect(notice.about).toBeNull()
  expect(await earlierAbout(bridge, notice)).toEqual([])
})
