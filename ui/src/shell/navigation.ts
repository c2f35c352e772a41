import type { AccountView } from '../bridge/contract.gen'
import { build } from '../router'
import { all, type AnyScreen, type Role } from '../screens'
import { kindsOf } from '../screens/kinds'

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
 * The tab that a place belongs to. What an account has is reached through the account, whose tab is that of the
 * accounts.
 */
export function tabOf(screen: AnyScreen): string {
  const home = homeOf(screen)
  return home.nav?.kind === undefined ? home.id : (withRole('account')?.id ?? home.id)
}
