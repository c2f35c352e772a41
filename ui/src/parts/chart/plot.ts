/** A drawn chart: uPlot, set up once; values, size, colours and crosshair change without making it anew. */

import uPlot from 'uplot'

import type { Timestamp } from '../../bridge/contract.gen'
import { lastKnown, type Rows } from './rows'
import { scaleOf } from './scale'
import type { ChartTheme } from './theme'

/** What comes after the last value of the first line: trading ended, and the outcome was told. */
export interface Ending {
  readonly from: Timestamp
  readonly at: Timestamp
  readonly value: number
}

export interface Drawing {
  readonly rows: Rows
  readonly from: Timestamp
  readonly to: Timestamp
  /** Grey, without a ground: what it shows is not live. */
  readonly ghost: boolean
  readonly ending: Ending | null
  /** Where the lines are broken, and what that is called. */
  readonly gaps: readonly { readonly from: Timestamp; readonly to: Timestamp; readonly name: string }[]
}

export interface PlotOptions {
  readonly lines: number
  readonly axisValue: (value: number, step: number) => string
  readonly axisTime: (at: Timestamp, step: number) => string
  /** Hears which row the crosshair is on, and how far from the left; null where it is on none. */
  readonly onCursor: (on: { readonly row: number; readonly left: number } | null) => void
}

// uPlot's enums are ambient: they have names in its types alone.
/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment */
const RIGHT: uPlot.Axis.Side = 1
const START: uPlot.Axis.Align = 1
/* eslint-enable */
const DASHES = [5, 4]
const LINE = 1.75
const RING = 4
/** How many lines the grid has about. */
const GRID_LINES = 4
const TIME_ROOM = 64
/** Half of a label of the time axis. */
const EDGE_ROOM = 22
/** Between a gap's name and what is below it, and between two such names. */
const NAME_ROOM = 8

export class Plot {
  readonly #plot: uPlot
  #drawing: Drawing
  #theme: ChartTheme
  #step = 1

  constructor(target: HTMLElement, drawing: Drawing, theme: ChartTheme, options: PlotOptions) {
    this.#drawing = drawing
    this.#theme = theme
    const { width, height } = target.getBoundingClientRect()
    this.#plot = new uPlot(this.#options(width, height, options), aligned(drawing.rows), target)
    this.draw(drawing)
  }

  draw(drawing: Drawing): void {
    this.#drawing = drawing
    this.#plot.batch(() => {
      this.#plot.setData(aligned(drawing.rows), false)
      // Both scales follow from the new values.
      this.#plot.setScale('x', { min: drawing.from, max: drawing.to })
    })
  }

  colour(theme: ChartTheme): void {
    this.#theme = theme
    this.#plot.redraw(false, true)
  }

  resize(width: number, height: number): void {
    if (width > 0 && height > 0 && (width !== this.#plot.width || height !== this.#plot.height)) {
      this.#plot.setSize({ width, height })
    }
  }

  /** Puts the crosshair on a row, or takes it away. */
  point(row: number | null): void {
    const at = row === null ? undefined : this.#drawing.rows.at[row]
    const left = at === undefined ? -10 : this.#plot.valToPos(at, 'x')
    this.#plot.setCursor({ left, top: left < 0 ? -10 : 0 })
  }

  /** Puts the crosshair under a finger. */
  pointAt(clientX: number): void {
    this.#plot.setCursor({ left: clientX - this.#plot.over.getBoundingClientRect().left, top: 0 })
  }

  /** How wide the ground between the axes is, and where it begins. */
  get ground(): { readonly left: number; readonly width: number } {
    const { offsetLeft, clientWidth } = this.#plot.over
    return { left: offsetLeft, width: clientWidth }
  }

  destroy(): void {
    this.#plot.destroy()
  }

  #stroke(line: number): string {
    return this.#drawing.ghost ? this.#theme.ghost : (this.#theme.lines[line] ?? this.#theme.axis)
  }

  #options(width: number, height: number, options: PlotOptions): uPlot.Options {
    const ink = { stroke: () => this.#theme.axis, ticks: { show: false }, font: this.#theme.font }
    return {
      width,
      height,
      ms: 1,
      padding: [14, 0, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        points: {
          size: RING * 2 + 1,
          width: 2,
          stroke: (_, line) => this.#stroke(line - 1),
          fill: () => this.#theme.ground,
        },
      },
      scales: {
        x: { time: true },
        y: { range: (_, least, most) => this.#range(least, most) },
      },
      axes: [
        {
          ...ink,
          grid: { show: false },
          size: 26,
          gap: 8,
          space: TIME_ROOM,
          // A label at the left edge would be cut, and the room for an ending is no time that has been.
          values: (plot, splits, _, __, step) =>
            splits.map((at) =>
              plot.valToPos(at, 'x') < EDGE_ROOM || at > (this.#drawing.ending?.from ?? Infinity)
                ? ''
                : options.axisTime(at, step),
            ),
        },
        {
          ...ink,
          side: RIGHT,
          size: 46,
          gap: 8,
          // The range was made for this step.
          incrs: () => [this.#step],
          space: 1,
          align: START,
          grid: { stroke: () => this.#theme.grid, width: 1 },
          values: (_, splits, __, ___, step) => splits.map((value) => options.axisValue(value, step)),
        },
      ],
      series: [
        {},
        ...Array.from({ length: options.lines }, (_, line): uPlot.Series => ({
          width: LINE,
          stroke: () => this.#stroke(line),
          ...(line === 0
            ? { fill: () => (this.#drawing.ghost ? 'transparent' : this.#theme.fill) }
            : { dash: DASHES }),
          points: { show: false },
        })),
      ],
      hooks: {
        draw: [
          () => {
            this.#nameGaps()
            this.#end()
          },
        ],
        setCursor: [
          ({ cursor }) => {
            const { idx, left } = cursor
            const on = idx === null || idx === undefined || left === undefined || left < 0
            options.onCursor(on ? null : { row: idx, left })
          },
        ],
      },
    }
  }

  #range(least: number | null, most: number | null): [number, number] {
    const { ending } = this.#drawing
    const low = Math.min(least ?? 0, ending?.value ?? Infinity)
    const high = Math.max(most ?? 1, ending?.value ?? -Infinity)
    const { min, max, step } = scaleOf(low, high, GRID_LINES)
    this.#step = step
    return [min, max]
  }

  /** What a break in the lines is, beside it at the foot of the chart; those that would stand on each other are left out. */
  #nameGaps(): void {
    const { rows, gaps, from, to } = this.#drawing
    const first = rows.at[0]
    const last = rows.at.at(-1)
    if (first === undefined || last === undefined) return
    const { bbox, ctx } = this.#plot
    const scale = devicePixelRatio
    ctx.save()
    ctx.font = this.#theme.font.replace(/^[\d.]+/, (size) => String(Number(size) * scale))
    ctx.fillStyle = this.#theme.axis
    ctx.textAlign = 'left'
    ctx.textBaseline = 'bottom'
    let free = bbox.left
    for (const gap of gaps.toSorted((a, b) => a.from - b.from)) {
      if (gap.to <= Math.max(first, from) || gap.from >= Math.min(last, to)) continue
      const { width } = ctx.measureText(gap.name)
      const middle = this.#plot.valToPos((gap.from + gap.to) / 2, 'x', true)
      const left = Math.min(Math.max(middle - width / 2, bbox.left), bbox.left + bbox.width - width)
      if (left < free) continue
      ctx.fillText(gap.name, left, bbox.top + bbox.height - NAME_ROOM * scale)
      free = left + width + NAME_ROOM * scale
    }
    ctx.restore()
  }

  /** The ring on the last point, and the dashes to what ended it. */
  #end(): void {
    const { rows, ending } = this.#drawing
    const last = lastKnown(rows, 0)
    const at = rows.at[last]
    const value = rows.values[0]?.[last]
    if (at === undefined || value === undefined || value === null) return
    const { ctx } = this.#plot
    const x = (time: Timestamp): number => this.#plot.valToPos(time, 'x', true)
    const y = (of: number): number => this.#plot.valToPos(of, 'y', true)
    const scale = devicePixelRatio
    ctx.save()
    // The line before it may have been a dashed one.
    ctx.setLineDash([])
    ctx.lineWidth = LINE * scale
    ctx.strokeStyle = this.#stroke(0)
    if (ending !== null) {
      ctx.beginPath()
      ctx.setLineDash(DASHES.map((dash) => dash * scale))
      ctx.moveTo(x(at), y(value))
      ctx.lineTo(x(ending.from), y(value))
      ctx.lineTo(x(ending.from), y(ending.value))
      ctx.lineTo(x(ending.at), y(ending.value))
      ctx.stroke()
      ctx.setLineDash([])
    }
    ctx.beginPath()
    ctx.arc(x(ending?.at ?? at), y(ending?.value ?? value), RING * scale, 0, 2 * Math.PI)
    ctx.lineWidth = 2 * scale
    ctx.fillStyle = this.#theme.ground
    ctx.fill()
    ctx.stroke()
    ctx.restore()
  }
}

function aligned(rows: Rows): uPlot.AlignedData {
  return [[...rows.at], ...rows.values.map((column) => [...column])]
}
