import type { Attachment } from 'svelte/attachments'
import { actionOf, begin, move, type Swipe, type SwipeAction } from './swipe'

/** How far the row goes with the finger at most, in CSS pixels: what lies under it stays readable. */
const FURTHEST = 160

/**
 * Lets a row be swiped with a finger. The element follows the finger and says in `data-swipe` to which side it
 * went, and in `data-armed` that a release acts. The same actions are buttons and keys.
 */
export function swipeRow(onaction: (action: SwipeAction) => void): Attachment<HTMLElement> {
  return (element) => {
    let swipe: Swipe | null = null
    let justSwiped = false

    const draw = (): void => {
      const dx = swipe?.phase === 'sideways' ? Math.max(-FURTHEST, Math.min(FURTHEST, swipe.dx)) : 0
      element.style.setProperty('--swiped', `${dx}px`)
      if (dx === 0) delete element.dataset['swipe']
      else element.dataset['swipe'] = dx < 0 ? 'archive' : 'read'
      element.toggleAttribute('data-armed', swipe !== null && actionOf(swipe) !== null)
    }
    const down = (event: PointerEvent): void => {
      justSwiped = false
      if (event.pointerType !== 'touch' || !event.isPrimary) return
      swipe = begin(event.clientX, event.clientY)
    }
    const follow = (event: PointerEvent): void => {
      if (swipe === null) return
      swipe = move(swipe, event.clientX, event.clientY)
      if (swipe.phase === 'sideways' && !element.hasPointerCapture(event.pointerId)) {
        element.setPointerCapture(event.pointerId)
      }
      draw()
    }
    const up = (): void => {
      if (swipe === null) return
      const action = actionOf(swipe)
      justSwiped = swipe.phase === 'sideways'
      swipe = null
      draw()
      if (action !== null) onaction(action)
    }
    const cancel = (): void => {
      swipe = null
      draw()
    }
    const click = (event: MouseEvent): void => {
      // A swipe ends above the link; it was not meant to open it.
      if (justSwiped) event.preventDefault()
      justSwiped = false
    }

    element.addEventListener('pointerdown', down)
    element.addEventListener('pointermove', follow)
    element.addEventListener('pointerup', up)
    element.addEventListener('pointercancel', cancel)
    element.addEventListener('click', click, true)
    return () => {
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('pointermove', follow)
      element.removeEventListener('pointerup', up)
      element.removeEventListener('pointercancel', cancel)
      element.removeEventListener('click', click, true)
    }
  }
}
