import type { Attachment } from 'svelte/attachments'

/** Nearer to an end than this is at it: browsers scroll in fractions of a pixel. */
const NEAR = 2

/**
 * For what scrolls sideways without a bar: keeps `data-more` on it, so that an edge fades behind which there is more
 * (`start`, `end` or both), and brings what is current into view.
 */
export const sideways: Attachment<HTMLElement> = (element) => {
  function mark(): void {
    const { scrollLeft, clientWidth, scrollWidth } = element
    const more = [
      Math.abs(scrollLeft) > NEAR ? 'start' : '',
      Math.abs(scrollLeft) + clientWidth < scrollWidth - NEAR ? 'end' : '',
    ].filter(Boolean)
    if (more.length === 0) delete element.dataset['more']
    else element.dataset['more'] = more.join(' ')
  }

  function showCurrent(): void {
    const current = element.querySelector<HTMLElement>('[aria-current], [aria-pressed="true"]')
    if (current === null || element.scrollWidth <= element.clientWidth) return
    // Not `scrollIntoView`: it would move the page as well.
    const frame = element.getBoundingClientRect()
    const box = current.getBoundingClientRect()
    const middle = box.left + box.width / 2 - (frame.left + frame.width / 2)
    if (box.left < frame.left || box.right > frame.right) element.scrollLeft += middle
  }

  /** Whether a person has scrolled it since something else became current: what they look at stays. */
  let moved = false
  function byHand(): void {
    moved = true
  }
  const sizes = new ResizeObserver(() => {
    // From the start each time: where it comes to stand depends on its size alone, not on the sizes it had on the way.
    if (!moved) {
      element.scrollLeft = 0
      showCurrent()
    }
    mark()
  })
  sizes.observe(element)
  const changes = new MutationObserver(() => {
    moved = false
    showCurrent()
  })
  changes.observe(element, {
    attributes: true,
    attributeFilter: ['aria-current', 'aria-pressed'],
    subtree: true,
  })
  element.addEventListener('scroll', mark, { passive: true })
  element.addEventListener('wheel', byHand, { passive: true })
  element.addEventListener('touchmove', byHand, { passive: true })
  return () => {
    sizes.disconnect()
    changes.disconnect()
    element.removeEventListener('scroll', mark)
    element.removeEventListener('wheel', byHand)
    element.removeEventListener('touchmove', byHand)
  }
}
