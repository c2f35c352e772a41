/** A message: a text, or variants whose texts stand under `match`. */
export type Message = string | { match: Record<string, string> }[]

export function pseudo(text: string): string
export function pseudoMessages(messages: object): Record<string, Message>
