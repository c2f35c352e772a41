import { describe, expect, test } from 'vitest'
import { Random } from '../bridge/fake/random'
import { compare, divide, parseDecimal, round, subtract, type Decimal } from './decimal'
import { formatMoney, moneyParts } from './money'
import {
  changeBetween,
  formatAmount,
  formatBytes,
  formatDecimal,
  formatDistance,
  formatPercent,
  formatPoints,
} from './number'

const of = (text: string): Decimal => {
  const value = parseDecimal(text)
  if (value === null) throw new Error(`${text} is no decimal`)
  return value
}
const text = (value: Decimal): string => formatDecimal(value, { locale: 'en-GB' }).replaceAll(',', '')

describe('exact decimals', () => {
  test('a number of a wallet keeps all its digits', () => {
    expect(formatAmount('918273645546372819.000000000000000001', 18, { locale: 'en-GB' })).toBe(
      '918,273,645,546,372,819.000000000000000001',
    )
  })

  test('what is no decimal is unknown, and never 0', () => {
    for (const none of ['', 'NaN', '1e3', '0x10', '1.', '.5', '1,000', null, undefined, 4, {}]) {
      expect(formatAmount(none, 2), JSON.stringify(none)).toBe('–')
    }
  })

  test('halves are rounded away from zero', () => {
    expect(text(round(of('0.6345'), 3))).toBe('0.635')
    expect(text(round(of('-0.6345'), 3))).toBe('−0.635')
    expect(text(round(of('2.4'), 0))).toBe('2')
    expect(text(round(of('0.5'), 3))).toBe('0.500')
  })

  test('what is not nothing does not read as 0', () => {
    expect(formatAmount('0.0004', 1, { locale: 'en-GB' })).toBe('0.0004')
    expect(formatAmount('0', 1, { locale: 'en-GB' })).toBe('0.0')
    expect(formatAmount('-0.004', 2, { locale: 'en-GB' })).toBe('−0.004')
  })

  test('subtracting and dividing agree with whole numbers', () => {
    const random = new Random(4)
    for (let turn = 0; turn < 300; turn++) {
      const a = { units: BigInt(random.whole(-9_999, 9_999)), places: random.whole(0, 6) }
      const b = { units: BigInt(random.whole(-9_999, 9_999)), places: random.whole(0, 6) }
      const difference = subtract(a, b)
      expect(compare(subtract(difference, subtract({ units: 0n, places: 0 }, b)), a)).toBe(0)
      const quotient = divide(a, b, 12)
      if (b.units === 0n) expect(quotient).toBeNull()
      else
        expect(Number(quotient?.units) / 1e12).toBeCloseTo(
          Number(a.units) / 10 ** a.places / (Number(b.units) / 10 ** b.places),
          6,
        )
    }
  })
})

describe('changes and shares', () => {
  test('a change says by how much, by what share, and where to', () => {
    const change = changeBetween(of('0.470'), of('0.634'))
    expect(change.way).toBe('up')
    expect(formatDistance(change, 3, 'en-GB')).toBe('0.164')
    expect(change.share && formatPercent(change.share, { signed: true, locale: 'en-GB' })).toBe('+34.9%')
    const fall = changeBetween(of('0.450'), of('0.418'))
    expect(fall.way).toBe('down')
    expect(formatDistance(fall, 3, 'en-GB')).toBe('0.032')
    expect(fall.share && formatPercent(fall.share, { signed: true, locale: 'en-GB' })).toBe('−7.1%')
  })

  test('a change from nothing has no share', () => {
    expect(changeBetween(of('0'), of('1')).share).toBeNull()
  })

  test('the locale decides on separators and on the space before the percent sign', () => {
    expect(formatPercent(of('0.0412'), { places: 2, locale: 'de-DE' })).toBe('4,12\u00a0%')
    expect(formatAmount('18640', 2, { locale: 'de-DE' })).toBe('18.640,00')
    expect(formatPoints(of('0.012'), { locale: 'en-GB' })).toBe('+1.2\u00a0pp')
  })
})

describe('money', () => {
  test('a symbol stands first, what is no country’s currency after', () => {
    expect(formatMoney('184250000', 'IDR', 0, 'en-GB')).toBe('Rp\u00a0184,250,000')
    expect(formatMoney('0.634', 'ETH', 3, 'en-GB')).toBe('0.634\u00a0ETH')
    expect(moneyParts('18640', 'EUR', 2, 'en-GB')).toEqual({ before: '€', number: '18,640.00', after: '' })
  })

  test('an unknown amount has no currency', () => {
    expect(formatMoney(null, 'ETH', 3, 'en-GB')).toBe('–')
    expect(formatMoney('1', undefined, 1, 'en-GB')).toBe('1.0')
  })
})

test('room is told in the largest unit of which there is one', () => {
  const told = [0, 999, 40_960, 1_400_000, 23_456_789, 5_000_000_000].map((bytes) =>
    formatBytes(bytes, 'en-GB'),
  )
  expect(told).toEqual(['0 kB', '1 kB', '41 kB', '1.4 MB', '23 MB', '5 GB'])
})
