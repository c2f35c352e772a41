/** Which of the notices that arrive the person is told of in the window. */

import type { Notice, Notifications } from '../bridge/contract.gen'
import type { Place } from '../router'
import { find, type AnyScreen } from '../screens'

/** Where the person looks. */
export interface Gaze {
  /** Whether the window has the focus; without it the system tells. */
  readonly focused: boolean
  /** Whether a page is shown alone, without the list that it was chosen from. */
  readonly phone: boolean
  readonly place: Place
}

/** Whether the inbox lists a notice where one is now. */
function isListed(
  notice: Notice,
  { phone, place: { query } }: Gaze,
  params: Readonly<Record<string, string>>,
): boolean {
  const isOpen = params['id'] !== undefined
  if ((phone && isOpen) || query.get('filter') === 'archived') return false
  const whose = isOpen ? query.get('of') : (params['account'] ?? query.get('of'))
  return whose === null || whose === notice.account
}

/** Whether the page is the one of the thing that a notice is about. */
function isItsPage(
  { account, about }: Notice,
  screen: AnyScreen,
  params: Readonly<Record<string, string>>,
): boolean {
  return (
    about !== null &&
    screen.thing === about.kind &&
    params['account'] === account &&
    params['id'] === about.id
  )
}

/** Those that a message is shown for: nobody is told what they see already, or what they do not want to be told. */
export function worthTelling(
  notices: readonly Notice[],
  gaze: Gaze,
  wanted: Pick<Notifications, 'silenced'>,
): Notice[] {
  // Whether the system may tell is asked for native notifications alone: this window may always.
  if (!gaze.focused) return []
  const here = find(gaze.place.path)
  return notices.filter((notice) => {
    if (wanted.silenced.includes(notice.account)) return false
    if (here === undefined) return true
    const { screen, params } = here
    return !(screen.role === 'inbox' ? isListed(notice, gaze, params) : isItsPage(notice, screen, params))
  })
}
