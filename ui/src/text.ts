/** The texts of the app. A component has no words of its own: it calls `m.some_key()`. */
export { m } from './paraglide/messages.js'
export { getLocale } from './paraglide/runtime.js'
