import { m } from '../text'

/** A kind of things in words. Platforms may bring kinds of their own: those are shown as they are written. */
export function kindName(kind: string): string {
  switch (kind) {
    case 'market':
      return m.kind_market()
    case 'creator-share':
      return m.kind_creator_share()
    case 'dividend':
      return m.kind_dividend()
    case 'project':
      return m.kind_project()
    case 'invoice':
      return m.kind_invoice()
    case 'stock-item':
      return m.kind_stock_item()
    case 'calendar':
      return m.kind_calendar()
    case 'chat':
      return m.kind_chat()
    case 'loan':
      return m.kind_loan()
    case 'dashboard':
      return m.kind_dashboard()
    case 'portfolio':
      return m.kind_portfolio()
    case 'proposal':
      return m.kind_proposal()
    default:
      return kind.charAt(0).toLocaleUpperCase() + kind.slice(1).replaceAll(/[-_]+/g, ' ')
  }
}
