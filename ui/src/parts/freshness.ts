/** How fresh a number is; the worst of what a total is made of. */
export const FRESHNESS = ['live', 'catching', 'stale', 'cached'] as const

export type FreshnessLook = (typeof FRESHNESS)[number]

/** Whether actions on money are allowed: only where the number is what it is now. */
export function isActionable(look: FreshnessLook): boolean {
  return look === 'live'
}
