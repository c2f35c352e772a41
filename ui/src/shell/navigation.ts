import type { AccountView } from '../bridge/contract.gen'
import { build } from '../router'
import { all, type AnyScreen, type Role } from '../screens'

/** Screens of a place on the rail, in the order of the registry. */
export function onRail(where: 'top' | 'bottom'): AnyScreen[] {
  return all.filter((screen) => screen.nav?.rail === where)
}

/** The phone's tabs, in their order. */
export function tabs(): AnyScreen[] {
  return all
    .filter((screen) => screen.nav?.tab !== undefined)
    .sort((a, b) => (a.nav?.tab ?? 0) - (b.nav?.tab ?? 0))
}

/** Screens with a letter after G. */
export function lettered(): AnyScreen[] {
  return all.filter((screen) => screen.nav?.letter !== undefined)
}

/** The screen of a role, where there is one. */
export function withRole(role: Role): AnyScreen | undefined {
  return all.find((screen) => screen.role === role)
}

/** Where the screen of a role is. */
export function addressOfRole(role: Role): string | undefined {
  const screen = withRole(role)
  return screen && build(screen.path)
}

/** Screens of the kinds of things that an account has, in the account's order. */
export function kindsOf(view: Pick<AccountView, 'kinds'>): (AnyScreen & { kind: string })[] {
  return view.kinds.flatMap((kind) => {
    const found = all.find((screen) => screen.nav?.kind === kind)
    return found === undefined ? [] : [{ ...found, kind }]
  })
}

/** The screen that a screen belongs to in navigation: itself, or what it is opened from. */
export function homeOf(screen: AnyScreen): AnyScreen {
  const parent = screen.nav === undefined ? all.find((one) => one.id === screen.parent) : undefined
  return parent === undefined ? screen : homeOf(parent)
}

/** Where a screen is, for an account where its path has one. */
export function addressOf(screen: AnyScreen, account?: string): string {
  return build(screen.path, { account })
}

/** Where an account's row leads: to the first of its kinds that has a screen, else to its own page. */
export function addressOfAccount(view: AccountView): string | undefined {
  const page = kindsOf(view)[0] ?? withRole('account')
  return page && addressOf(page, view.account.id)
}

/** The account that a place is about, where it is a place of one account. */
export function accountAt(screen: AnyScreen, params: Readonly<Record<string, string>>): string | undefined {
  const home = homeOf(screen)
  return home.nav?.kind !== undefined || home.role === 'account' ? params['account'] : undefined
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
