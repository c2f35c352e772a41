import { describe, expect, it } from 'vitest'
import { checkAddress, mayBeUsed } from './address'

describe('an address', () => {
  it('is secure with https or wss', () => {
    expect(checkAddress(' https://app.example.invalid/api ')).toEqual({
      is: 'secure',
      host: 'app.example.invalid',
    })
    expect(checkAddress('wss://app.example.invalid:8443')).toEqual({
      is: 'secure',
      host: 'app.example.invalid:8443',
    })
  })

  it.each([
    'http://localhost:3000',
    'ws://app.localhost',
    'http://127.0.0.1:3000',
    'http://127.1.2.3',
    'http://[::1]:80',
  ])('may be clear text to this computer: %s', (text) => {
    expect(checkAddress(text).is).toBe('this-computer')
    expect(mayBeUsed(checkAddress(text), false)).toBe(true)
  })

  it.each([
    'http://example.invalid',
    'ws://192.168.1.4',
    'http://localhost.example.invalid',
    'http://127.0.0.1.example.invalid',
  ])('leaves this computer unencrypted only by consent: %s', (text) => {
    expect(checkAddress(text).is).toBe('clear-text')
    expect(mayBeUsed(checkAddress(text), false)).toBe(false)
    expect(mayBeUsed(checkAddress(text), true)).toBe(true)
  })

  it('carries no name and no password', () => {
    expect(checkAddress('https://ana:secret@example.invalid')).toEqual({ is: 'credentials' })
    expect(mayBeUsed(checkAddress('https://ana:secret@example.invalid'), true)).toBe(false)
  })

  it('without a scheme is offered with the one that fits', () => {
    expect(checkAddress('app.example.invalid')).toEqual({
      is: 'not-an-address',
      suggestion: 'https://app.example.invalid',
    })
    expect(checkAddress('localhost:3000')).toEqual({
      is: 'not-an-address',
      suggestion: 'http://localhost:3000',
    })
    expect(checkAddress('127.0.0.1:3000')).toEqual({
      is: 'not-an-address',
      suggestion: 'http://127.0.0.1:3000',
    })
  })

  it.each(['my server', 'ftp://example.invalid', 'https://', 'server', 'mailto:ana@example.invalid'])(
    'is none of a server: %s',
    (text) => {
      expect(checkAddress(text)).toEqual({ is: 'not-an-address', suggestion: null })
    },
  )

  it('that is not written yet is not wrong', () => {
    expect(checkAddress('   ')).toEqual({ is: 'empty' })
  })
})
