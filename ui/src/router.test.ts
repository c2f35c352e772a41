import { describe, expect, it } from 'vitest'
import { build, match, readHash } from './router'

describe('a path', () => {
  it('gives the values of its names, decoded', () => {
    expect(match('inbox/:account?/:id?', 'inbox/a%2Fb/7')).toEqual({ account: 'a/b', id: '7' })
  })

  it('may leave out what a question mark allows, and nothing else', () => {
    expect(match('inbox/:account?/:id?', 'inbox')).toEqual({})
    expect(match('market/:account/:id', 'market/a')).toBeUndefined()
    expect(match('inbox', 'inbox/a')).toBeUndefined()
    expect(match('inbox', '')).toBeUndefined()
  })

  it('that is not well encoded fits nothing', () => {
    expect(match('market/:id', 'market/%E0%A4%A')).toBeUndefined()
  })

  it('comes back as it went in', () => {
    const hash = build('market/:account/:id', { account: 'a', id: 'x/y?z' }, { chart: 'table' })
    const there = readHash(hash)
    expect(match('market/:account/:id', there.path)).toEqual({ account: 'a', id: 'x/y?z' })
    expect(there.query.get('chart')).toBe('table')
  })
})
