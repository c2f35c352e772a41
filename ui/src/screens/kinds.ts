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

/**
 * Unread notices of each kind of an account. None where they would not add up to the account's: some notices are of
 * no kind that is shown, and numbers that do not add up raise a question instead of answering one.
 */
export function unreadOfKinds(view: Pick<AccountView, 'kinds' | 'unread'>): Map<string, number> {
  const counts = new Map(kindsOf(view).map(({ kind }) => [kind, view.unread[kind] ?? 0]))
  const sum = (all: Iterable<number>): number => [...all].reduce((total, count) => total + count, 0)
  return sum(counts.values()) === sum(Object.values(view.unread)) ? counts : new Map<string, number>()
}
