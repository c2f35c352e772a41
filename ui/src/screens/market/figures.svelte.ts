/** What a market's numbers are, how fresh they are, and how they moved: the same in the list and on its page. */

import type { AccountView, SeriesPoint } from '../../bridge/contract.gen'
import { hasColour, type Freshness } from '../../format/freshness'
import type { Change } from '../../format/number'
import type { App } from '../../state/app.svelte'
import { freshnessOf, topicOf } from '../../state/sources'
import { changeSince, DAY, MARKET, NO, pricedAt, YES, type Market } from './market'
import { VALUES, windowOf } from './ranges'

/** Queries begin at a whole step, so that the list and the page ask for the same and get the same. */
const STEP = 10 * 60_000

export const stepOf = (now: number): number => Math.floor(now / STEP) * STEP

/** The numbers of a market. Only while a component is being made. */
export class Figures {
  readonly freshness: Freshness = $derived.by(() => {
    const market = this.market()
    const thing = { kind: MARKET, id: market.id }
    return freshnessOf(this.app.store.state, this.view(), thing, pricedAt(market), this.app.now)
  })
  readonly followed: boolean = $derived.by(
    () => topicOf(this.view(), { kind: MARKET, id: this.market().id })?.followed === true,
  )
  readonly #day
  /** How YES moved in 24 hours; null where that is not known, or where the price is not what it is now. */
  readonly change: Change | null = $derived.by(() =>
    hasColour(this.freshness) ? changeSince(this.points, this.app.now - DAY, this.market().yes) : null,
  )

  constructor(
    private readonly app: App,
    private readonly view: () => AccountView,
    private readonly market: () => Market,
  ) {
    const { since } = windowOf('day', stepOf(app.now), null)
    this.#day = app.series(() => ({
      account: view().account.id,
      entity: { kind: MARKET, id: market().id },
      names: [YES, NO],
      since,
      atMost: VALUES,
    }))
  }

  /** The YES prices of two days. */
  get points(): readonly SeriesPoint[] {
    return this.#day.points(YES)
  }
}
