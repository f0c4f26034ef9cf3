/** Pieces of a file, and which of them are read together. */

/** Bytes from `offset` on. */
export type Piece = { offset: number; length: number }

/** What is read in one go, and which pieces (by their place in the list) lie in it. */
export type Window = Piece & { pieces: number[] }

/** A stream costs its opening, its end and an answer: about what so many bytes cost that nobody asked for. */
const GAP_BYTES = 64 * 1024
/** Longer ones are not joined further, so that one answer stays short. A piece alone may be longer. */
const WINDOW_BYTES = 1024 * 1024

/** Joins pieces that lie close together, in the order of the file. Every piece lies whole in one window. */
export function windowsOf(pieces: readonly Piece[]): Window[] {
  const inOrder = pieces.map((piece, index) => ({ ...piece, index })).sort((a, b) => a.offset - b.offset)
  const windows: Window[] = []
  for (const { offset, length, index } of inOrder) {
    const last = windows.at(-1)
    const end = offset + length
    if (last !== undefined && offset <= last.offset + last.length + GAP_BYTES && end <= last.offset + WINDOW_BYTES) {
      last.length = Math.max(last.length, end - last.offset)
      last.pieces.push(index)
    } else windows.push({ offset, length, pieces: [index] })
  }
  return windows
}
