import { m } from '../../text'

/** The sort of a notice in words. Platforms may bring sorts of their own: those are shown as they are written. */
export function categoryName(category: string): string {
  switch (category) {
    case 'market':
      return m.category_market()
    case 'trade':
      return m.category_trade()
    case 'dividend':
      return m.category_dividend()
    case 'shares':
      return m.category_shares()
    case 'system':
      return m.category_system()
    default:
      return sentenceCase(category)
  }
}

/** `stock-alert` and `stock_alert` as “Stock alert”. */
function sentenceCase(text: string): string {
  const words = text.replaceAll(/[-_]+/g, ' ').trim()
  return words.charAt(0).toLocaleUpperCase() + words.slice(1)
}
