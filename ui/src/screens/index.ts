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
  /** Its place among the phone's tabs. */
  tab?: number
  /** Under each account that has this kind of things; the path then begins with the account. */
  kind?: string
  /** The letter after G that goes there. */
  letter?: string
}

export interface Screen<Path extends string = string> {
  /** The address behind `#/`. `:name` is a part that the screen is given, `:name?` one that may be missing. */
  path: Path
  /** What it is called in navigation. */
  title: () => string
  load: () => Promise<{ default: Component<ScreenProps<Path>> }>
  nav?: Nav
  /** `bare` screens fill the window: no rail, no tabs, no status bar. */
  frame?: 'shell' | 'bare'
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
    nav: { icon: Inbox, rail: 'top', tab: 1, letter: 'i' },
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

/** The screen at a path, with the values of its names. */
export function find(path: string): { id: ScreenId; params: Record<string, string> } | undefined {
  for (const [id, { path: pattern }] of Object.entries(screens)) {
    const params = match(pattern, path)
    if (params) return { id: id as ScreenId, params }
  }
  return undefined
}
