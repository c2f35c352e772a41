import type { IconProps } from '@lucide/svelte'
import type { Component } from 'svelte'

/** A line icon: `import Bell from '@lucide/svelte/icons/bell'`. */
export type IconOf = Component<IconProps>
