import { Fragment } from 'react'

/** After these a long name or path reads on in the next line better than in the middle of a word. */
const PLACES = /(?<=[_/\-.:@])/

/** A foreign name, as it is. Where it does not fit it breaks after `_`, `-`, `.` or `/`; give it `wrap-anywhere` for the rest. */
export function Breakable({ text }: { text: string }) {
  return text.split(PLACES).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}
