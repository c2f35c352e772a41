import { describe, expect, test } from 'vitest'
import { changesOf, lastKnown, nearest, rowsOf } from './rows'
import { sparkPath } from './spark'

const line = (name: string, ...points: [number, string][]) => ({
  name,
  points: points.map(([at, value]) => ({ at, value })),
})

describe('rows', () => {
  test('a value holds until the next one, also beside another line’s values', () => {
    const rows = rowsOf([line('yes', [10, '0.5'], [30, '0.6']), line('no', [20, '0.4'])], [], null)
    expect(rows.at).toEqual([10, 20, 30])
    expect(rows.texts).toEqual([
      ['0.5', '0.5', '0.6'],
      [null, '0.4', '0.4'],
    ])
    expect(rows.values[0]).toEqual([0.5, 0.5, 0.6])
  })

  test('while it is live the last value goes on to now', () => {
    const rows = rowsOf([line('yes', [10, '0.5'])], [], 90)
    expect(rows.at).toEqual([10, 90])
    expect(rows.texts[0]).toEqual(['0.5', '0.5'])
  })

  test('where events may be missing the line is broken', () => {
    const rows = rowsOf([line('yes', [10, '0.5'], [60, '0.6'])], [{ from: 20, to: 50 }], 80)
    expect(rows.at).toEqual([10, 20, 50, 60, 80])
    expect(rows.texts[0]).toEqual(['0.5', null, null, '0.6', '0.6'])
    expect(lastKnown(rows, 0)).toBe(4)
  })

  test('a value that came within a gap is shown, and does not hold', () => {
    const rows = rowsOf([line('yes', [10, '0.5'], [30, '0.7'], [60, '0.6'])], [{ from: 20, to: 50 }], null)
    expect(rows.texts[0]).toEqual(['0.5', null, '0.7', null, '0.6'])
  })

  test('a gap that ends at a known value or lies outside breaks nothing', () => {
    const rows = rowsOf(
      [line('yes', [10, '0.5'], [50, '0.6'])],
      [
        { from: 20, to: 50 },
        { from: 1, to: 10 },
      ],
      null,
    )
    expect(rows.texts[0]).toEqual(['0.5', null, '0.6'])
  })

  test('nothing known gives no rows', () => {
    expect(rowsOf([line('yes')], [{ from: 1, to: 2 }], 5)).toEqual({ at: [], values: [[]], texts: [[]] })
    expect(nearest(rowsOf([line('yes')], [], 5), 3)).toBe(-1)
  })

  test('a table has a row for each change, newest first', () => {
    const rows = rowsOf([line('yes', [10, '0.5'], [20, '0.5'], [30, '0.6'])], [], 90)
    expect(changesOf(rows, 10).map((index) => rows.at[index])).toEqual([30, 10])
    expect(changesOf(rows, 1)).toHaveLength(1)
  })

  test('the nearest row is found from both sides', () => {
    const rows = rowsOf([line('yes', [10, '0.5'], [20, '0.6'], [40, '0.7'])], [], null)
    expect([0, 14, 16, 29, 31, 99].map((time) => nearest(rows, time))).toEqual([0, 0, 1, 1, 2, 2])
  })
})

describe('sparklines', () => {
  test('the path fills its box and leaves its edges free', () => {
    const path = sparkPath(line('yes', [0, '0.1'], [50, '0.3'], [100, '0.2']).points, 0, 100)
    expect(path).toBe('M1.0 18.0L32.0 2.0L63.0 10.0')
  })

  test('what does not move is a level line, and one value none', () => {
    expect(sparkPath(line('yes', [0, '0.1'], [100, '0.1']).points, 0, 100)).toBe('M1.0 10.0L63.0 10.0')
    expect(sparkPath(line('yes', [0, '0.1']).points, 0, 100)).toBeNull()
  })
})
