import type { Notice } from '../../bridge/contract.gen'

/** What the inbox asks of its list: where the focus goes, and where it is. */
export interface List {
  /** Puts the focus on a notice's row, bringing it into view. */
  focus(key: string): Promise<void>
  /** Goes so many notices down, or up below zero. */
  moveBy(by: number): void
  /** The notice of the row that has the focus. */
  focused(): Notice | null
}
