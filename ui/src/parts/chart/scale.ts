/** How far a chart's values reach, and where its lines stand. Pure. */

export interface Scale {
  readonly min: number
  readonly max: number
  /** Between two lines of the grid: 1, 2, 2.5 or 5 times a power of ten. */
  readonly step: number
}

/** Room below the lowest value, as a share of what is between. */
const BREATH = 0.12

/** What a chart of one value alone spans, at least. */
const LEAST = 0.02

const MULTIPLES = [1, 2, 2.5, 5, 10]

/** The smallest step that is easy to read and at least so large. */
function stepFrom(least: number): number {
  const power = Math.floor(Math.log10(least))
  // Written and read back, as the library's own steps are: 3 × 0.1 would be none of them.
  const steps = MULTIPLES.map((multiple) => Number(`${multiple}e${power}`))
  return steps.find((step) => step >= least * (1 - 1e-9)) ?? least
}

/** A scale for one value alone, which stands in its middle. */
function around(value: number, lines: number): Scale {
  const reach = Math.max(Math.abs(value) * BREATH, LEAST / 2)
  return { min: value - reach, max: value + reach, step: stepFrom((2 * reach) / lines) }
}

/** A scale for values between two, with about so many lines. The highest line stands on or above the highest value. */
export function scaleOf(low: number, high: number, lines: number): Scale {
  if (!(high > low)) return around(high, lines)
  const span = high - low
  const step = stepFrom(span / lines)
  const top = Math.ceil(high / step - 1e-9) * step
  return { min: low - span * BREATH, max: top + step * 1e-6, step }
}
