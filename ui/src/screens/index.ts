import ChartLine from '@lucide/svelte/icons/chart-line'
import Inbox from '@lucide/svelte/icons/inbox'
import type { Component } from 'svelte'
import type { IconOf } from '../parts/icon'
import { build, match, type Params } from '../router'
import { m } from '../text'

/** What a screen gets: the names of its path. */
export interface ScreenProps<Path extends string = string> {
  params: Params<Path>
}

/** How a screen is reached without an address. */
export interface Nav {
  icon: IconOf
  /** Where on the rail: `top` beside the inbox, `bottom` beside the settings. */
  rail?: 'top' | 'bottom'
  /** Its place among the phone's tabs, and its word there where that is another one. */
  tab?: number
  tabTitle?: () => string
  /** Under each account that has this kind of things; the path then has `:account` first. */
  kind?: string
  /** The letter after G that goes there. */
  letter?: string
}

/**
 * What the shell needs a screen for: `inbox` shows the unread count, `start` is where a window without accounts
 * begins, `add` adds an account, `account` is an account's own page, and `search` and `settings` have keys.
 */
export type Role = 'inbox' | 'start' | 'add' | 'search' | 'settings' | 'account'

export interface Screen<Path extends string = string> {
  /** The address behind `#/`. `:name` is a part that the screen is given, `:name?` one that may be missing. */
  path: Path
  /** What it is called in navigation, and the window until its bar says more. */
  title: () => string
  load: () => Promise<{ default: Component<ScreenProps<Path>> }>
  nav?: Nav
  role?: Role
  /** The id of the screen that it belongs to in navigation, where it has no entry of its own. */
  parent?: string
  /** `flow` hides the phone's tabs, `bare` fills the window: no rail, no tabs, no status bar. */
  frame?: 'shell' | 'flow' | 'bare'
}

function define<const Path extends string>(definition: Screen<Path>): Screen<Path> {
  return definition
}

/** Every screen. A new screen is its component and an entry here. */
export const screens = {
  inbox: define({
    path: 'inbox/:account?/:id?',
    title: () => m.inbox_title(),
    load: () => import('./inbox/Inbox.svelte'),
    role: 'inbox',
    nav: { icon: Inbox, rail: 'top', tab: 1, letter: 'i' },
  }),
  markets: define({
    path: ':account/markets',
    title: () => m.markets_title(),
    load: () => import('./markets/Markets.svelte'),
    nav: { icon: ChartLine, kind: 'market' },
  }),
  market: define({
    path: ':account/market/:id',
    title: () => m.market_title(),
    load: () => import('./market/Market.svelte'),
    parent: 'markets',
  }),
  rooms: define({
    path: ':account/rooms',
    title: () => m.rooms_title(),
    load: () => import('./rooms/Rooms.svelte'),
    parent: 'markets',
  }),
}

export type ScreenId = keyof typeof screens

type PathOf<Id extends ScreenId> = (typeof screens)[Id]['path']

/** The address of a screen, for `href` and `go`. */
export function href<Id extends ScreenId>(
  id: Id,
  ...[params, query]: Partial<Params<PathOf<Id>>> extends Params<PathOf<Id>>
    ? [params?: Params<PathOf<Id>>, query?: Record<string, string>]
    : [params: Params<PathOf<Id>>, query?: Record<string, string>]
): string {
  return build(screens[id].path, params, query)
}

/** A screen of the registry whose path is not known. */
export type AnyScreen = Screen & { readonly id: ScreenId }

/** Every screen, in the order of the registry. */
export const all: readonly AnyScreen[] = Object.entries(screens).map(([id, one]) => ({
  ...(one as unknown as Screen),
  id: id as ScreenId,
}))

/** The screen at a path, with the values of its names. */
export function find(path: string): { screen: AnyScreen; params: Record<string, string> } | undefined {
  for (const screen of all) {
    const params = match(screen.path, path)
    if (params) return { screen, params }
  }
  return undefined
}
