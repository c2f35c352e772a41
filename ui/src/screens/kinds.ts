/** The pages that an account has: one for each kind of its things. */

import { all, type AnyScreen } from '.'
import type { AccountView } from '../bridge/contract.gen'

/** Screens of the kinds of things that an account has, in the account's order. */
export function kindsOf(view: Pick<AccountView, 'kinds'>): (AnyScreen & { kind: string })[] {
  return view.kinds.flatMap((kind) => {
    const found = all.find((screen) => screen.nav?.kind === kind)
    return found === undefined ? [] : [{ ...found, kind }]
  })
}

/** Of which kind of thing the notices of a sort are, where the two are not called alike. */
const KIND_OF: Readonly<Record<string, string>> = { trade: 'market', shares: 'creator-share' }

/** An account's unread notices, divided so that the parts add up. */
export interface UnreadParts {
  /** By kind, those of a kind that has a page. */
  readonly kinds: ReadonlyMap<string, number>
  /** Those of none of them. */
  readonly others: number
}

export function unreadOfKinds(view: Pick<AccountView, 'kinds' | 'unread'>): UnreadParts {
  const kinds = new Map(kindsOf(view).map(({ kind }) => [kind, 0]))
  let others = 0
  for (const [category, count] of Object.entries(view.unread)) {
    const kind = KIND_OF[category] ?? category
    const known = kinds.get(kind)
    if (known === undefined) others += count
    else kinds.set(kind, known + count)
  }
  return { kinds, others }
}
