import { describe, expect, it } from 'vitest'
import { blank, looksLikeLink, looksLikeToken, problemsOf } from './form'

const good = { ...blank('https://example.invalid', 'ana'), password: 'secret', token: 'head.body.sign' }

describe('a form', () => {
  it('that is filled in has no problems, by either way', () => {
    expect(problemsOf('password', good).size).toBe(0)
    expect(problemsOf('token', good).size).toBe(0)
  })

  it('names what is missing, first things first', () => {
    expect([...problemsOf('password', blank())]).toEqual([
      ['server', 'empty'],
      ['username', 'empty'],
      ['password', 'empty'],
    ])
    expect([...problemsOf('token', blank())]).toEqual([
      ['server', 'empty'],
      ['token', 'empty'],
    ])
  })

  it('keeps spaces in a password, which may mean something', () => {
    expect(problemsOf('password', { ...good, password: ' ' }).size).toBe(0)
  })

  it('waits for consent before anything goes unencrypted to another computer', () => {
    const clear = { ...good, server: 'http://example.invalid' }
    expect(problemsOf('password', clear).get('server')).toBe('clear-text')
    expect(problemsOf('password', { ...clear, clearText: true }).size).toBe(0)
  })

  it('says what is wrong with an address', () => {
    expect(problemsOf('token', { ...good, server: 'example.invalid' }).get('server')).toBe('wrong')
    expect(problemsOf('token', { ...good, server: 'https://a:b@example.invalid' }).get('server')).toBe(
      'credentials',
    )
  })
})

it('a token has three parts', () => {
  expect(looksLikeToken(' aa.bb-c.d_e\n')).toBe(true)
  expect(looksLikeToken('aa.bb')).toBe(false)
  expect(looksLikeToken('Bearer aa.bb.cc')).toBe(false)
})

it('a link of ours begins with carillon', () => {
  expect(looksLikeLink(' carillon://account?server=x')).toBe(true)
  expect(looksLikeLink('https://example.invalid')).toBe(false)
  expect(looksLikeLink('carillon://')).toBe(false)
})
