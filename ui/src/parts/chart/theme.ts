/** The colours and letters of a chart, out of the design tokens: a canvas does not know CSS variables. */

export interface ChartTheme {
  /** Of each line, in order. */
  readonly lines: readonly string[]
  readonly fill: string
  readonly grid: string
  readonly axis: string
  /** Of everything that is not live. */
  readonly ghost: string
  readonly ground: string
  readonly font: string
}

export function readTheme(element: Element): ChartTheme {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  return {
    lines: [token('--chart-line'), token('--chart-2'), token('--chart-3')],
    fill: token('--chart-fill'),
    grid: token('--chart-grid'),
    axis: token('--chart-axis'),
    ghost: token('--chart-ghost'),
    ground: token('--bg-surface'),
    // A canvas wants its font in pixels; the element has the size that the person chose.
    font: `${style.fontSize} ${style.fontFamily}`,
  }
}

/** Calls when the colours may have changed: another theme, another contrast, another text size. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'data-text'],
  })
  const contrast = matchMedia('(prefers-contrast: more)')
  contrast.addEventListener('change', changed)
  return () => {
    observer.disconnect()
    contrast.removeEventListener('change', changed)
  }
}
