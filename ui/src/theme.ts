import { layOut } from './layout'

type Theme = 'system' | 'light' | 'dark'
type TextSize = '100' | '125' | '150' | '200'

const DARK = '(prefers-color-scheme: dark)'
const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const SIZES: readonly TextSize[] = ['100', '125', '150', '200']

/** Whether a choice means dark, on a system that is dark or not. */
export function isDark(theme: Theme, systemIsDark: boolean): boolean {
  return theme === 'system' ? systemIsDark : theme === 'dark'
}

let chosen: Theme = 'system'

/**
 * A copy of the choice for the next start: the settings are read from the core only after something is drawn, and a
 * dark window that begins white is a flash in the eyes. A web view without storage begins as the system is.
 */
function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // Only the first moment of the next start depends on it.
  }
}

function remembered<T extends string>(name: string, known: readonly T[]): T | undefined {
  try {
    const value = localStorage.getItem(name)
    return known.find((one) => one === value)
  } catch {
    return undefined
  }
}

function apply(): void {
  document.documentElement.dataset['theme'] = isDark(chosen, matchMedia(DARK).matches) ? 'dark' : 'light'
}

/** Colours and text size as at the end of the last run, from now on. Called before anything is drawn. */
export function startTheme(): void {
  chosen = remembered('theme', THEMES) ?? 'system'
  document.documentElement.dataset['text'] = remembered('text', SIZES) ?? '100'
  matchMedia(DARK).addEventListener('change', apply)
  apply()
}

/** Draws in the chosen colours; `system` follows the system's from now on. */
export function setTheme(theme: Theme): void {
  chosen = theme
  remember('theme', theme)
  apply()
}

/** Draws texts at the chosen size. */
export function setTextSize(size: TextSize): void {
  document.documentElement.dataset['text'] = size
  remember('text', size)
  layOut()
}
