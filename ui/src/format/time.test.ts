import { expect, test } from 'vitest'
import { age, appointment, clock, date, dayName, daysAgo, exact, moment, when, type Where } from './time'

const here: Where = { locale: 'en-GB', zone: 'Europe/Berlin' }
// A Thursday, 14:02:41.123 in Berlin.
const now = Date.parse('2026-11-19T13:02:41.123Z')
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

test('near times are relative up to 59 minutes', () => {
  expect(when(now - 2 * SECOND, now, here)).toBe('2 s')
  expect(when(now - 59 * SECOND, now, here)).toBe('59 s')
  expect(when(now - MINUTE, now, here)).toBe('1 min')
  expect(when(now - 59 * MINUTE, now, here)).toBe('59 min')
})

test('then the clock today, the weekday this week, the date before', () => {
  expect(when(now - HOUR, now, here)).toBe('13:02')
  expect(when(now - 15 * HOUR, now, here)).toBe('Wed')
  expect(when(now - 6 * 24 * HOUR, now, here)).toBe('Fri')
  expect(when(now - 7 * 24 * HOUR, now, here)).toBe('12 Nov')
  expect(when(Date.parse('2025-11-09T12:00:00Z'), now, here)).toBe('9 Nov 2025')
})

test('a day begins at midnight of the place, not after 24 hours', () => {
  const late = Date.parse('2026-11-18T23:30:00Z')
  expect(daysAgo(late, now, here)).toBe(0)
  expect(daysAgo(late, now, { ...here, zone: 'UTC' })).toBe(1)
  expect(dayName(late, now, here)).toBe('Today')
  expect(dayName(now - 24 * HOUR, now, here)).toBe('Yesterday')
  expect(dayName(now - 3 * 24 * HOUR, now, here)).toBe('Monday')
})

test('a day of 25 hours is one day', () => {
  const after = Date.parse('2026-10-26T00:30:00+01:00')
  expect(daysAgo(Date.parse('2026-10-25T00:30:00+02:00'), after, here)).toBe(1)
})

test('a clock that is a little ahead makes no time in the future', () => {
  expect(age(now + 2 * SECOND, now)).toBe('0 s')
  expect(age(now + 20 * SECOND, now)).toBeNull()
})

test('a moment says the day where it was not today', () => {
  expect(moment(now - MINUTE, now, here)).toBe('14:01')
  expect(moment(Date.parse('2026-11-18T17:20:00Z'), now, here)).toBe('Wed 18:20')
  expect(moment(Date.parse('2026-11-09T17:20:00Z'), now, here)).toBe('9 Nov 18:20')
})

test('the exact time has milliseconds and a zone', () => {
  expect(exact(now, here)).toContain('14:02:41.123')
  expect(exact(now, here)).toContain('CET')
  expect(exact(now, here)).toContain('2026')
})

test('what will be has its day, its time and its zone', () => {
  expect(appointment(Date.parse('2026-12-10T13:15:00Z'), now, here)).toBe('10 Dec, 14:15 CET')
  expect(date(Date.parse('2027-09-01T10:00:00Z'), now, here)).toBe('1 Sept 2027')
  expect(clock(Date.parse('2026-11-19T23:05:00Z'), here)).toBe('00:05')
})
