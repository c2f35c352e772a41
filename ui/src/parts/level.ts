import BellRing from '@lucide/svelte/icons/bell-ring'
import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleX from '@lucide/svelte/icons/circle-x'
import Info from '@lucide/svelte/icons/info'
import TriangleAlert from '@lucide/svelte/icons/triangle-alert'
import type { Level } from '../bridge/contract.gen'
import { m } from '../text'
import type { IconOf } from './icon'

const ICONS: Record<Level, IconOf> = {
  info: Info,
  success: CircleCheck,
  warning: TriangleAlert,
  error: CircleX,
}

/** The icon of a level, or of what must be seen whatever its level. */
export function levelIcon(level: Level, must = false): IconOf {
  return must ? BellRing : ICONS[level]
}

/** The word for a level. */
export function levelWord(level: Level, must = false): string {
  if (must) return m.level_must()
  switch (level) {
    case 'info':
      return m.level_info()
    case 'success':
      return m.level_success()
    case 'warning':
      return m.level_warning()
    case 'error':
      return m.level_error()
  }
}
