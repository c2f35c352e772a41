import { expect, it } from 'vitest'
import type { ClosedAccount } from '../../bridge/contract.gen'
import { sampleAccount } from '../../kit/samples'
import { isKnown, unknownOf, whichUnknown } from './unknown'

const live = sampleAccount()
const behind = sampleAccount(
  { catchingUp: true },
  { title: 'Northyard', account: { ...live.account, id: 'b', platform: 'works' } },
)
const paused = sampleAccount(
  { state: 'disconnected' },
  { title: 'Sparring', paused: true, account: { ...live.account, id: 'c', platform: 'squads' } },
)
const closed: ClosedAccount = { id: 'd', title: 'Quorum', error: { code: 'store', message: '' } }

it('all is known where every account is live', () => {
  expect(isKnown(unknownOf([live], [], null))).toBe(true)
})

it('what is behind, disconnected or closed is named, each with why', () => {
  const all = [live, behind, paused]
  const unknown = unknownOf(all, [closed], null)
  expect(isKnown(unknown)).toBe(false)
  expect(whichUnknown(unknown, all)).toBe(
    'Not up to date: Northyard. Disconnected by you: Sparring. Can’t be opened: Quorum.',
  )
})

it('of one account only that one counts', () => {
  const all = [live, behind, paused]
  expect(isKnown(unknownOf(all, [closed], live.account.id))).toBe(true)
  expect(unknownOf(all, [closed], 'c')).toMatchObject({ behind: [], paused: [paused], closed: [] })
  expect(unknownOf(all, [closed], 'd')).toMatchObject({ closed: [closed] })
})
