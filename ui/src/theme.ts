import { layOut } from './layout'

type Theme = 'system' | 'light' | 'dark'
type TextSize = '100' | '125' | '150' | '200'

const DARK = '(prefers-color-scheme: dark)'

/** Whether a choice means dark, on a system that is dark or not. */
export function isDark(theme: Theme, systemIsDark: boolean): boolean {
  return theme === 'system' ? systemIsDark : theme === 'dark'
}

let chosen: Theme = 'system'

function apply(): void {
  document.documentElement.dataset['theme'] = isDark(chosen, matchMedia(DARK).matches) ? 'dark' : 'light'
}

/** Colours follow the system from now on, until a choice says otherwise. Called before anything is drawn. */
export function startTheme(): void {
  matchMedia(DARK).addEventListener('change', apply)
  apply()
}

/** Draws in the chosen colours. */
export function setTheme(theme: Theme): void {
  chosen = theme
  apply()
}

/** Draws texts at the chosen size. */
export function setTextSize(size: TextSize): void {
  document.documentElement.dataset['text'] = size
  layOut()
}
