/** A key as printed on it. Beside a control's own words hide it: aria-keyshortcuts announces the key. */
export function Kbd({ children }: { children: string }) {
  return <kbd className="sw-kbd">{children}</kbd>
}

/** The key at the end of a button, for eyes only. */
export function KeyHint({ children }: { children: string }) {
  return (
    <span aria-hidden="true" className="inline-flex">
      <Kbd>{children}</Kbd>
    </span>
  )
}
