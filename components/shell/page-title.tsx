import type { ReactNode } from 'react'

const PRODUCT = 'Snapwarden'

/**
 * The document's title: the page's own words before the product's name. It is part of the page and so comes and goes
 * with it. A title among Next's metadata arrives on its own: from one page to the next the document had none for up to
 * 60 ms, whatever `htmlLimitedBots` says, and that is the moment in which Next's announcer reads it out (WCAG 2.4.2).
 */
export function PageTitle({ children }: { children?: string | null | undefined }) {
  return <title>{children ? `${children} · ${PRODUCT}` : PRODUCT}</title>
}

/** A page, or a layout, with its title; null is the product's name alone. Whatever the page answers has the title. */
export function titled<Props>(
  title: (props: Props) => string | Promise<string | null>,
  page: (props: Props) => ReactNode,
): (props: Props) => Promise<ReactNode> {
  return async (props) => {
    const [words, content] = await Promise.all([title(props), page(props)])
    return (
      <>
        <PageTitle>{words}</PageTitle>
        {content}
      </>
    )
  }
}
