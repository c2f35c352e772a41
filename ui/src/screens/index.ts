import Activity from '@lucide/svelte/icons/activity'
import ChartLine from '@lucide/svelte/icons/chart-line'
import Inbox from '@lucide/svelte/icons/inbox'
import Search from '@lucide/svelte/icons/search'
import Settings from '@lucide/svelte/icons/settings'
import type { Component } from 'svelte'
import type { AccountId, EntityId } from '../bridge/contract.gen'
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
  /** Its component; one that needs nothing of its path has no props. */
  load: () => Promise<{ default: Component<ScreenProps<Path>> | Component<Record<string, never>> }>
  nav?: Nav
  role?: Role
  /** The id of the screen that it belongs to in navigation, where it has no entry of its own. */
  parent?: string
  /** Of which kind of thing it is the page; its path then has `:account` and `:id`. */
  thing?: string
  /** `flow` hides the phone's tabs, `bare` fills the window: no rail, no tabs, no status bar. */
  frame?: 'shell' | 'flow' | 'bare'
}

/** A screen as it is written down; one without names in its path may leave them out. */
interface Definition<Path extends string> extends Omit<Screen<Path>, 'load'> {
  load: () => Promise<{ default: Component<ScreenProps<Path>> | Component }>
}

function define<const Path extends string>(definition: Definition<Path>): Definition<Path> {
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
  search: define({
    path: 'search',
    title: () => m.search_title(),
    load: () => import('./search/Search.svelte'),
    role: 'search',
    nav: { icon: Search, rail: 'top', tab: 3 },
  }),
  connections: define({
    path: 'connections/:account?',
    title: () => m.conn_title(),
    load: () => import('./connections/Connections.svelte'),
    role: 'account',
    nav: { icon: Activity, rail: 'bottom', tab: 2, tabTitle: () => m.conn_accounts() },
  }),
  settings: define({
    path: 'settings/:section?',
    title: () => m.set_title(),
    load: () => import('./settings/Settings.svelte'),
    role: 'settings',
    nav: { icon: Settings, rail: 'bottom', tab: 4, letter: 's' },
  }),
  add: define({
    path: 'accounts/add/:method?',
    title: () => m.add_title(),
    load: () => import('./add-account/AddAccount.svelte'),
    role: 'add',
    parent: 'connections',
    frame: 'flow',
  }),
  first: define({
    path: 'welcome',
    title: () => m.first_title(),
    load: () => import('./first-run/FirstRun.svelte'),
    role: 'start',
    frame: 'bare',
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
    thing: 'market',
  }),
  rooms: define({
    path: ':account/rooms',
    title: () => m.rooms_title(),
    load: () => import('./rooms/Rooms.svelte'),
    parent: 'connections',
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
  return build(screens[id].path, params as Readonly<Record<string, string | undefined>> | undefined, query)
}

/** A screen of the registry whose path is not known. */
export interface AnyScreen extends Omit<Screen, 'load'> {
  readonly id: string
  load: () => Promise<{ default: Component<ScreenProps> }>
}

function known<Path extends string>(id: string, one: Screen<Path>): AnyScreen {
  return { ...(one as unknown as AnyScreen), id }
}

/** The page with every part in every state: for development and tests, not in the app. */
const kit =
  import.meta.env.DEV || import.meta.env.MODE === 'fake'
    ? [known('kit', define({ path: 'kit', title: () => 'Kit', load: () => import('../kit/Kit.svelte') }))]
    : []

/** Every screen, in the order of the registry. */
export const all: readonly AnyScreen[] = [
  ...Object.entries(screens).map(([id, one]) => known(id, one as unknown as Screen)),
  ...kit,
]

/** The screen at a path, with the values of its names. */
export function find(path: string): { screen: AnyScreen; params: Record<string, string> } | undefined {
  for (const screen of all) {
    const params = match(screen.path, path)
    if (params) return { screen, params }
  }
  return undefined
}

/** The address of a thing's page; null for kinds that have none. */
export function hrefOfThing(account: AccountId, { kind, id }: EntityId): string | null {
  const page = all.find((screen) => screen.thing === kind)
  return page === undefined ? null : build(page.path, { account, id })
}
