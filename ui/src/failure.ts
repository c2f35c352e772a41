/** What went wrong, in words. Pure. */

import { toCallError } from './bridge/bridge'
import type { ErrorCode } from './bridge/contract.gen'
import { m } from './text'

/** What a person is told of an error. */
export interface Failure {
  readonly text: string
  /** The core's own sentence: a code has several causes, and only it says which. It is English, whatever the window speaks. */
  readonly detail: string | null
}

function wordsOf(code: ErrorCode): string {
  switch (code) {
    case 'invalid':
      return m.error_invalid()
    case 'not-found':
      return m.error_not_found()
    case 'sign-in-refused':
      return m.error_sign_in()
    case 'unreachable':
      return m.error_unreachable()
    case 'wrong-server':
      return m.cause_wrong_server()
    case 'vault':
      return m.error_vault()
    case 'store':
      return m.error_store()
    case 'busy':
      return m.error_busy()
    case 'internal':
      return m.error_internal()
  }
}

/** Whatever was thrown, in words: chosen by its code, since only those are in the window's language. */
export function failureOf(thrown: unknown): Failure {
  const { code, message } = toCallError(thrown)
  const detail = message.trim()
  return { text: wordsOf(code), detail: detail === '' ? null : detail }
}
