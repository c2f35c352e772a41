/** Having a topic joined for as long as it is on a screen. */

import type { AccountId, Topic } from '../bridge/contract.gen'
import type { App } from './app.svelte'

let watchers = 0

/** Watches a topic for as long as the component is there. Only while a component is being made. */
export function watchTopic(app: App, account: () => AccountId, topic: () => Topic): void {
  watchers += 1
  const watcher = `screen-${String(watchers)}`
  // Views are made anew with every event; these change only where something else is watched.
  const of = $derived(account())
  const kind = $derived(topic().kind)
  const id = $derived(topic().id)
  // What can't be joined is said by the topic itself; a core that is restarting is asked by the next screen.
  const watch = (account: AccountId, topics: Topic[]): void => {
    app.store.call('watch', { account, watcher, topics }).catch(() => undefined)
  }
  $effect(() => {
    const watched = of
    watch(watched, [{ kind, id }])
    return () => {
      watch(watched, [])
    }
  })
}
