import { toCallError, type Bridge } from '../../bridge/bridge'
import type { Account, ErrorCode } from '../../bridge/contract.gen'
import { failureOf, type Failure } from '../../failure'
import { m } from '../../text'
import { blank, problemsOf, type Field, type Fields, type Method, type Problem } from './form'

/** Where an error belongs: beside the field that can mend it, or above the form. */
export type Place = 'server' | 'secret' | 'vault' | 'form'

export interface Refusal {
  place: Place
  why: Failure
}

export function placeOf(code: ErrorCode, method: Method): Place {
  switch (code) {
    case 'unreachable':
    case 'wrong-server':
      return 'server'
    case 'sign-in-refused':
      return 'secret'
    case 'invalid':
      // The address was looked at before it was sent, so it is what was pasted.
      return method === 'token' ? 'secret' : 'form'
    case 'vault':
      return 'vault'
    case 'not-found':
    case 'store':
    case 'busy':
    case 'internal':
      return 'form'
  }
}

/** What is said of a refusal: a server that takes no sign-in refuses what it was shown. */
function whyOf(code: ErrorCode, thrown: unknown, method: Method): Failure {
  const why = failureOf(thrown)
  if (code !== 'sign-in-refused') return why
  return { ...why, text: method === 'token' ? m.add_refused_token() : m.add_refused_password() }
}

/** What the person writes to add an account, and what became of asking the server. */
export class AddAccount {
  platform: string | null = $state(null)
  method: Method = $state('password')
  fields: Fields = $state(blank())
  busy = $state(false)
  refusal: Refusal | null = $state.raw(null)
  /** Whether it was tried, so that what is missing is said. Nobody is told before that they have not finished. */
  tried = $state(false)

  readonly problems: Map<Field, Problem> = $derived(problemsOf(this.method, this.fields))

  constructor(private readonly call: Bridge['call']) {}

  /** What is wrong with a field, once it is time to say so. */
  problem(field: Field): Problem | undefined {
    return this.tried ? this.problems.get(field) : undefined
  }

  /** Takes another way to show who one is. What was written for both stays. */
  choose(method: Method): void {
    this.method = method
    this.refusal = null
    this.tried = false
  }

  /** Asks the server. Gives the account, or null where there is something to mend first. */
  async submit(): Promise<Account | null> {
    this.tried = true
    this.refusal = null
    if (this.busy || this.platform === null || this.problems.size > 0) return null
    const { method, platform, fields } = this
    const server = fields.server.trim()
    this.busy = true
    try {
      const account = await (method === 'password'
        ? this.call('sign_in', {
            platform,
            server,
            username: fields.username.trim(),
            password: fields.password,
            clearText: fields.clearText,
          })
        : this.call('add_token', {
            platform,
            server,
            token: fields.token.trim(),
            clearText: fields.clearText,
          }))
      this.forget()
      return account
    } catch (thrown) {
      const { code } = toCallError(thrown)
      this.refusal = { place: placeOf(code, method), why: whyOf(code, thrown, method) }
      return null
    } finally {
      this.busy = false
    }
  }

  /** Wipes the secrets: when they were used, and when the person leaves. */
  forget(): void {
    this.fields.password = ''
    this.fields.token = ''
    this.tried = false
  }
}
