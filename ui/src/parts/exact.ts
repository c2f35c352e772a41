import type { Timestamp } from '../bridge/contract.gen'
import { exact } from '../format/time'
import { m } from '../text'

/**
 * What a `<time>` carries: it is read out to the millisecond and with its zone, also as a part of the name of a row, and
 * shown so by `ExactTimes`. `stop` makes it a place that Tab comes to, where it does not stand in a row.
 */
export function timeAttributes(at: Timestamp, shown: string, stop = false) {
  const time = exact(at)
  return {
    datetime: new Date(at).toISOString(),
    'data-exact': time,
    'aria-label': m.time_exact({ shown, exact: time }),
    ...(stop ? { tabindex: 0 } : {}),
  }
}
