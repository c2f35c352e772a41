import { describe, expect, it } from 'vitest'
import { fakeBridge } from '../../bridge/fake'
import { AddAccount, placeOf } from './add-account.svelte'
import { blank } from './form'

function filled(server = 'https://app.example.invalid'): AddAccount {
  const bridge = fakeBridge({ scenario: 'first-run', frozen: 0 })
  const add = new AddAccount(bridge.call.bind(bridge))
  add.platform = 'oddsfield'
  add.fields = { ...blank(server, 'maren'), password: 'secret' }
  return add
}

describe('adding an account', () => {
  it('gives the account and forgets the password', async () => {
    const add = filled()
    const account = await add.submit()
    expect(account?.identity.name).toBe('maren')
    expect(add.fields.password).toBe('')
    expect(add.refusal).toBeNull()
  })

  it('asks nobody before the form is filled in, and says what is missing only then', async () => {
    const add = filled()
    add.fields.password = ''
    expect(add.problem('password')).toBeUndefined()
    expect(await add.submit()).toBeNull()
    expect(add.problem('password')).toBe('empty')
    expect(add.busy).toBe(false)
  })

  it('says a refused password beside the password, and keeps it to be mended', async () => {
    const add = filled()
    add.fields.password = 'wrong'
    expect(await add.submit()).toBeNull()
    expect(add.refusal?.place).toBe('secret')
    expect(add.fields.password).toBe('wrong')
  })

  it.each(['https://down.example.invalid', 'https://other.example.invalid'])(
    'says beside the server that it is the wrong one or away: %s',
    async (server) => {
      const add = filled(server)
      await add.submit()
      expect(add.refusal?.place).toBe('server')
    },
  )

  it('wipes what is secret when the person leaves', () => {
    const add = filled()
    add.fields.token = 'a.b.c'
    add.forget()
    expect(add.fields).toEqual(blank('https://app.example.invalid', 'maren'))
  })

  it('takes back what was said when another way is chosen', async () => {
    const add = filled()
    add.fields.password = 'wrong'
    await add.submit()
    add.choose('token')
    expect(add.refusal).toBeNull()
    expect(add.problem('token')).toBeUndefined()
  })
})

it('what the token itself is wrong about stands beside the token', () => {
  expect(placeOf('invalid', 'token')).toBe('secret')
  expect(placeOf('invalid', 'password')).toBe('form')
  expect(placeOf('vault', 'password')).toBe('vault')
})
