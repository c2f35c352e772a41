/** What is told of things, of their values over time, and of what happened to them. */

import type {
  AccountId,
  Activity,
  Changes,
  Entity,
  EntityChange,
  Sample,
  SeriesPoint,
} from '../../bridge/contract.gen'
import { receive } from '../feed'
import {
  ACTIVITY,
  heardKey,
  mapValues,
  newest,
  type ActivityList,
  type SeriesSet,
  type State,
  type Thing,
  type Things,
} from '../state'

/** How many things are remembered as heard of. */
const HEARD = 10_000

export const thingAsRead = (entity: Entity): Thing => ({ entity, readAt: entity.updatedAt, times: {} })

/** Of each field the newest known value stays; a field that is null in a change goes. */
export function mergeThing(thing: Thing | undefined, change: EntityChange): Thing {
  const { kind, id } = change
  const known = thing ?? {
    entity: { kind, id, fields: {}, updatedAt: change.at },
    readAt: -Infinity,
    times: {},
  }
  const fields = { ...known.entity.fields }
  const times = { ...known.times }
  for (const [name, value] of Object.entries(change.fields)) {
    const at = times[name] ?? (name in fields ? known.readAt : -Infinity)
    if (change.at < at) continue
    times[name] = change.at
    if (value === null) Reflect.deleteProperty(fields, name)
    else fields[name] = value
  }
  const updatedAt = Math.max(known.entity.updatedAt, change.at)
  return { entity: { ...known.entity, fields, updatedAt }, readAt: known.readAt, times }
}

function changeThings(things: Things, account: AccountId, changes: readonly EntityChange[]): Things {
  const { query } = things
  if (query.account !== account) return things
  let all: Map<string, Thing> | null = null
  for (const change of changes) {
    if (change.kind !== query.kind || (query.id !== undefined && query.id !== change.id)) continue
    all ??= new Map(things.all)
    all.set(change.id, mergeThing(all.get(change.id), change))
  }
  return all === null ? things : { ...things, all }
}

/** Adds a value in its place. Of two at the same millisecond the later one stays, as in the store. */
function addPoint(points: readonly SeriesPoint[], point: SeriesPoint): readonly SeriesPoint[] {
  let index = points.length
  while (index > 0 && (points[index - 1]?.at ?? 0) > point.at) index -= 1
  const before = points[index - 1]
  if (before?.at !== point.at) return points.toSpliced(index, 0, point)
  return before.value === point.value ? points : points.with(index - 1, point)
}

/** Halves a series that has grown far beyond what a chart shows; the ends stay. */
function thinned(points: readonly SeriesPoint[], atMost: number): readonly SeriesPoint[] {
  if (points.length <= atMost * 2) return points
  return points.filter((_, index) => index === 0 || (points.length - 1 - index) % 2 === 0)
}

function changeSeries(set: SeriesSet, account: AccountId, samples: readonly Sample[]): SeriesSet {
  const { query } = set
  if (query.account !== account) return set
  let points = set.points
  for (const sample of samples) {
    if (sample.kind !== query.entity.kind || sample.id !== query.entity.id || sample.at < query.since)
      continue
    if (!query.names.includes(sample.series)) continue
    const known = points.get(sample.series) ?? []
    const now = thinned(addPoint(known, { at: sample.at, value: sample.value }), query.atMost)
    if (now !== known) points = new Map(points).set(sample.series, now)
  }
  return points === set.points ? set : { ...set, points }
}

function changeActivity(
  list: ActivityList,
  account: AccountId,
  lines: readonly Activity[],
  now: number,
): ActivityList {
  const { query } = list
  if (query.account !== account) return list
  const own = lines.filter((line) => line.kind === query.entity.kind && line.id === query.entity.id)
  const feed = receive(list.feed, ACTIVITY, own, now)
  return feed === list.feed ? list : { ...list, feed }
}

function hear(
  state: State,
  account: AccountId,
  changes: readonly EntityChange[],
  now: number,
): State['heard'] {
  const added = changes
    .map((change) => heardKey(account, change))
    // Only the first time counts, and the first one after its topic was joined.
    .filter(
      (key) =>
        (state.heard.get(key) ?? -Infinity) < (state.joined.get(key) ?? -Infinity) || !state.heard.has(key),
    )
    .map((key): [string, number] => [key, now])
  return added.length === 0 ? state.heard : newest([...state.heard, ...added], HEARD)
}

export function applyChanges(state: State, changes: Changes, now: number): State {
  const { account } = changes
  return {
    ...state,
    heard: hear(state, account, changes.entities, now),
    things: mapValues(state.things, (things) => changeThings(things, account, changes.entities)),
    series: mapValues(state.series, (set) => changeSeries(set, account, changes.samples)),
    activity: mapValues(state.activity, (list) => changeActivity(list, account, changes.activity, now)),
  }
}
