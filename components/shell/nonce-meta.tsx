'use client'
import { useState } from 'react'

/**
 * Tells libraries that add a style element which nonce this document allows. It keeps the first one: a later rendering
 * of the layout carries the nonce of its own response, which this document's policy does not know.
 */
export function NonceMeta({ nonce }: { nonce: string }) {
  const [first] = useState(nonce)
  return <meta property="csp-nonce" content={first} nonce={first} suppressHydrationWarning />
}
