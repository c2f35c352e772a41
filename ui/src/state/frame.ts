/** Gathers frequent updates, so that the screen changes at most once per frame. */

export interface Frames {
  /** Runs something in the next frame; asking again before then changes nothing. */
  request(run: () => void): void
}

/** A window that is not drawn gets no frames: then it is done after this time. */
const HIDDEN_MS = 250

export function animationFrames(): Frames {
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    request(run) {
      if (timer !== undefined) return
      const once = (): void => {
        cancelAnimationFrame(frame)
        clearTimeout(timer)
        timer = undefined
        run()
      }
      timer = setTimeout(once, HIDDEN_MS)
      frame = requestAnimationFrame(once)
    },
  }
}

/** Each update at once; for tests. */
export const immediately: Frames = {
  request: (run) => {
    run()
  },
}
