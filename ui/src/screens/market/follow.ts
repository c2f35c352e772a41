/** Following a market: joining its room, so that its prices are live. */

import { failureOf } from '../../failure'
import type { AccountView } from '../../bridge/contract.gen'
import { toasts } from '../../parts/toasts.svelte'
import type { App } from '../../state/app.svelte'
import { m } from '../../text'
import { MARKET } from './market'

export async function setFollowed(app: App, view: AccountView, id: string, followed: boolean): Promise<void> {
  const args = { account: view.account.id, topic: { kind: MARKET, id } }
  try {
    await app.store.call(followed ? 'follow' : 'unfollow', args)
  } catch (thrown) {
    toasts.show({
      level: 'error',
      title: followed ? m.market_not_followed() : m.market_not_unfollowed(),
      text: failureOf(thrown),
    })
  }
}
