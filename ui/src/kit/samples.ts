import type { AccountView, ConnectionStatus } from '../bridge/contract.gen'

/** An account for the kit and for tests of parts. */
export function sampleAccount(
  connection: Partial<ConnectionStatus> = {},
  more: Partial<AccountView> = {},
): AccountView {
  return {
    account: {
      id: '0197a1c0-0000-7000-8000-000000000001',
      platform: 'markets',
      server: 'https://oddsfield.example',
      identity: { userId: 'u-1', wallet: null, name: 'maren' },
      createdAt: 0,
    },
    title: 'Oddsfield',
    kinds: ['market'],
    streams: [],
    connection: {
      state: 'connected',
      catchingUp: false,
      since: 0,
      cause: null,
      socketId: null,
      tries: 1,
      nextTryAt: null,
      ...connection,
    },
    paused: false,
    demo: false,
    latencyMs: null,
    topics: [],
    topicLimit: null,
    unread: {},
    counts: { received: 0, stored: 0, repeated: 0, malformed: 0, unknown: 0 },
    gaps: [],
    completeUntil: null,
    lastEventAt: null,
    setAside: [],
    ...more,
  }
}
