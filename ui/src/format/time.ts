/** Times as a person reads them: near ones relative, others by the clock; always exact on request. */

import type { Timestamp } from '../bridge/contract.gen'
import { m } from '../text'
import { formatLocale } from './locale'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Where a time is written, for tests; a window's own where it is left out. */
export interface Where {
  readonly locale?: string
  readonly zone?: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(at: Timestamp, options: Intl.DateTimeFormatOptions, where: Where): string {
  const locale = where.locale ?? formatLocale()
  const all: Intl.DateTimeFormatOptions = {
    hourCycle: 'h23',
    ...options,
    ...(where.zone === undefined ? {} : { timeZone: where.zone }),
  }
  const key = `${locale}/${JSON.stringify(all)}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, all)
  formats.set(key, known)
  return known.format(at)
}

/** The number of a time's day, counted from 1970 in the place's own days. */
function dayOf(at: Timestamp, where: Where): number {
  const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit' }
  const [year = 0, month = 1, day = 1] = format(at, options, { ...where, locale: 'sv-SE' })
    .split('-')
    .map(Number)
  return Math.round(Date.UTC(year, month - 1, day) / DAY)
}

/** How many days ago it was: 0 today, 1 yesterday, −1 tomorrow. */
export function daysAgo(at: Timestamp, now: Timestamp, where: Where = {}): number {
  return dayOf(now, where) - dayOf(at, where)
}

/** `14:02` */
export function clock(at: Timestamp, where: Where = {}): string {
  return format(at, { hour: '2-digit', minute: '2-digit' }, where)
}

/** `14:02:41` */
export function clockWithSeconds(at: Timestamp, where: Where = {}): string {
  return format(at, { hour: '2-digit', minute: '2-digit', second: '2-digit' }, where)
}

/** `Wed` */
export function weekday(at: Timestamp, where: Where = {}): string {
  return format(at, { weekday: 'short' }, where)
}

/** `9 Nov`, with its year where that is another. */
export function date(at: Timestamp, now: Timestamp, where: Where = {}): string {
  const year = (time: Timestamp): string => format(time, { year: 'numeric' }, { ...where, locale: 'sv-SE' })
  return year(at) === year(now)
    ? format(at, { day: 'numeric', month: 'short' }, where)
    : format(at, { day: 'numeric', month: 'short', year: 'numeric' }, where)
}

/** A day as one names it: today, yesterday, `Wednesday`, `9 November`. */
export function dayName(at: Timestamp, now: Timestamp, where: Where = {}): string {
  const ago = daysAgo(at, now, where)
  if (ago === 0) return m.time_today()
  if (ago === 1) return m.time_yesterday()
  if (ago > 1 && ago < 7) return format(at, { weekday: 'long' }, where)
  return date(at, now, where)
}

/** How long ago, without the word: `2 s`, `12 min`; null from an hour on, and for what is still to come. */
export function age(at: Timestamp, now: Timestamp): string | null {
  const past = now - at
  // Clocks differ a little: what seems to come within seconds has just been.
  if (past < -5 * SECOND || past >= HOUR) return null
  if (past < MINUTE) return m.time_seconds({ count: Math.max(0, Math.floor(past / SECOND)) })
  return m.time_minutes({ count: Math.floor(past / MINUTE) })
}

/** When: relative to 59 minutes, then the clock today, the weekday this week, the date before. */
export function when(at: Timestamp, now: Timestamp, where: Where = {}): string {
  const near = age(at, now)
  if (near !== null) return near
  const ago = daysAgo(at, now, where)
  if (ago === 0) return clock(at, where)
  return ago > 0 && ago < 7 ? weekday(at, where) : date(at, now, where)
}

/** A moment that something lasts from, or was kept at: `14:01`, `Wed 18:20`, `9 Nov 18:20`. */
export function moment(
  at: Timestamp,
  now: Timestamp,
  where: Where & { readonly seconds?: boolean } = {},
): string {
  const { seconds, ...place } = where
  const ago = daysAgo(at, now, place)
  const time = seconds === true ? clockWithSeconds(at, place) : clock(at, place)
  if (ago === 0) return time
  const day = ago > 0 && ago < 7 ? weekday(at, place) : date(at, now, place)
  return `${day} ${time}`
}

/** A time on an axis whose times stand `step` apart: the clock within a day, else the day. */
export function axisTime(at: Timestamp, step: number, now: Timestamp, where: Where = {}): string {
  if (step < MINUTE) return clockWithSeconds(at, where)
  return step < DAY ? clock(at, where) : date(at, now, where)
}

/** Exact to the millisecond, with the zone: `Thu, 19 Nov 2026, 14:02:41.123 CET`. */
export function exact(at: Timestamp, where: Where = {}): string {
  return format(
    at,
    {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      timeZoneName: 'short',
    },
    where,
  )
}

/** `10 Dec, 14:15 CET`: when something will be. */
export function appointment(at: Timestamp, now: Timestamp, where: Where = {}): string {
  const time = format(at, { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }, where)
  return `${date(at, now, where)}, ${time}`
}

/** How long until then: `21 days`, `5 h`, `12 min`. */
export function timeLeft(at: Timestamp, now: Timestamp): string {
  const left = Math.max(0, at - now)
  if (left < HOUR) return m.time_minutes({ count: Math.floor(left / MINUTE) })
  if (left < 2 * DAY) return m.time_hours({ count: Math.floor(left / HOUR) })
  return m.time_days({ count: Math.floor(left / DAY) })
}
