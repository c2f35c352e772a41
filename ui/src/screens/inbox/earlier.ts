import type { Bridge } from '../../bridge/bridge'
import type { Notice } from '../../bridge/contract.gen'

/** How many notices back it is looked, and how many are shown at most. */
const LOOKED_AT = 200
const MOST = 5

/** Older notices of the same account about the same thing, newest first, those of the archive as well. */
export async function earlierAbout(bridge: Pick<Bridge, 'call'>, notice: Notice): Promise<Notice[]> {
  const { about } = notice
  if (about === null) return []
  const pages = await Promise.all(
    (['all', 'archived'] as const).map((filter) =>
      bridge.call('notices', { accounts: [notice.account], filter, behind: notice, limit: LOOKED_AT }),
    ),
  )
  return pages
    .flatMap((page) => page.notices)
    .filter((one) => one.about?.kind === about.kind && one.about.id === about.id)
    .sort((a, b) => b.occurredAt - a.occurredAt || b.id - a.id)
    .slice(0, MOST)
}
