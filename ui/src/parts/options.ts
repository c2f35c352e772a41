import type { IconOf } from './icon'

/** One of several to choose from. */
export interface Option<T extends string> {
  value: T
  label: string
}

/** A filter, with how many things it leaves. */
export interface FilterOption<T extends string> extends Option<T> {
  count?: number | undefined
  icon?: IconOf
  /** Bronze: what it leaves wants you. */
  must?: boolean
}
