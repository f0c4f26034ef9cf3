import type { Exchange } from './replay'

/**
 * Which recorded exchanges the simulator does not reproduce, and why. A listed one must really differ (the test says
 * so when it no longer does). `rows`: only the values differ; status line, headers and the rows' keys must agree.
 */
interface Difference {
  seqs: readonly [first: number, last: number]
  what: 'absent' | 'rows'
  why: string
}

const UNRECORDED_TASKS = 'the list also holds tasks the recorder started without recording them'
const NO_VZDUMP = 'vzdump is not modelled: the lab makes no backups'

const DIFFERENCES: readonly Difference[] = [
  {
    seqs: [204, 204],
    what: 'rows',
    why: 'the worker met the file lock for some milliseconds; here it is free by then',
  },
  { seqs: [287, 287], what: 'rows', why: UNRECORDED_TASKS },
  { seqs: [312, 313], what: 'rows', why: UNRECORDED_TASKS },
  { seqs: [481, 481], what: 'absent', why: NO_VZDUMP },
  { seqs: [641, 645], what: 'absent', why: NO_VZDUMP },
  { seqs: [647, 663], what: 'absent', why: NO_VZDUMP },
  { seqs: [666, 666], what: 'absent', why: 'a backup of the lab has no configuration inside' },
  { seqs: [914, 914], what: 'absent', why: 'certificates are made when the lab starts' },
  { seqs: [930, 931], what: 'rows', why: UNRECORDED_TASKS },
  { seqs: [936, 936], what: 'rows', why: UNRECORDED_TASKS },
  { seqs: [944, 949], what: 'rows', why: UNRECORDED_TASKS },
]

/** Why an exchange is not reproduced, or undefined when it must agree. */
export function notReproduced(exchange: Exchange): Difference | undefined {
  return DIFFERENCES.find(({ seqs: [first, last] }) => exchange.seq >= first && exchange.seq <= last)
}
