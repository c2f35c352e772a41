/**
 * The one way from the UI to the core. Two things implement it: `tauri.ts`, the app's own window, and
 * `fake.ts`, a double for development and tests. Nothing else in the UI knows which of them runs.
 */

import type { ApiError, Batch, Commands, ErrorCode, Navigate } from './contract.gen'

export type Command = keyof Commands
export type Args<C extends Command> = Commands[C]['args']
export type Answer<C extends Command> = Commands[C]['answer']

/** The arguments of a call; a command without any may be called with its name alone. */
export type CallArgs<C extends Command> = keyof Args<C> extends never ? [args?: Args<C>] : [args: Args<C>]

/** Ends what was begun. Calling it twice does nothing. */
export type Stop = () => void

export interface Bridge {
  /** Asks the core. A refusal rejects with a {@link CallError}, never with anything else. */
  call<C extends Command>(command: C, ...args: CallArgs<C>): Promise<Answer<C>>
  /** Hears what happens, in batches, in order. Resolves once nothing that happens from now on is missed. */
  listen(onBatch: (batch: Batch) => void): Promise<Stop>
  /** Hears where the core sends the window: a tapped notification, a link. */
  onNavigate(go: (where: Navigate) => void): Promise<Stop>
  /** The time by this computer's clock, in milliseconds. Tests freeze it. */
  now(): number
}

/** What may go wrong in the core. */
export const ERROR_CODES: readonly ErrorCode[] = [
  'invalid',
  'not-found',
  'sign-in-refused',
  'unreachable',
  'wrong-server',
  'vault',
  'store',
  'busy',
  'internal',
]

export function isApiError(value: unknown): value is ApiError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    'message' in value &&
    typeof value.message === 'string' &&
    typeof value.code === 'string' &&
    ERROR_CODES.some((code) => code === value.code)
  )
}

/** What a call rejects with: an {@link ApiError} that is an `Error` as well, so that it has a stack. */
export class CallError extends Error implements ApiError {
  override readonly name = 'CallError'

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message)
  }
}

/** Whatever was thrown, as an error of the boundary. What the core did not say is a defect: `internal`. */
export function toCallError(thrown: unknown): CallError {
  if (thrown instanceof CallError) return thrown
  if (isApiError(thrown)) return new CallError(thrown.code, thrown.message)
  return new CallError('internal', thrown instanceof Error ? thrown.message : String(thrown))
}
