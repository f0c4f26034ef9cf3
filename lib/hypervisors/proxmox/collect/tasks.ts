/** What the cluster's task list says has changed, and whether it says all of it. */
import type { RunningTask } from '@/lib/domain/inventory'
import { instantAt } from '@/lib/domain/units'
import type { TaskRow } from '../wire'

/** Tasks that look at a guest and change nothing of it. */
const LOOKING = new Set(['vncproxy', 'spiceproxy', 'vncshell', 'termproxy', 'spiceshell'])
const DESTROYING = new Set(['qmdestroy', 'vzdestroy'])
/** Entries after which the cluster's list leaves out older ones (seen: 25). */
const SHORT_LIST = 25
/** How many finished tasks are remembered: some polls' worth of a very busy cluster. */
const REMEMBERED = 5_000

export type TaskNews = {
  /** guests that something was or is done to since the last poll */
  changed: Set<string>
  destroyed: Set<string>
  /** a backup ended */
  backups: boolean
}

export type TaskPoll = TaskNews & {
  /** nodes whose lists have to be read, because tasks may have come and gone between two polls */
  gaps: string[]
}

export class TaskWatch {
  /** upid → whether it had ended when we last saw it */
  readonly #seen = new Map<string, boolean>()
  #running = new Map<string, TaskRow>()
  #nodesSeen = new Set<string>()
  /** the newest start we know, seconds on the cluster's clock */
  #newest = 0
  #polled = false

  /** Whether a poll was taken: before it nothing can be told to have changed. */
  get polled(): boolean {
    return this.#polled
  }

  /** From where a gap has to be read, in seconds. A minute more: clocks of nodes differ. */
  get since(): number {
    return Math.max(0, this.#newest - 60)
  }

  /** Takes in the short list of the whole cluster. The first one is only the beginning. */
  poll(rows: readonly TaskRow[], nodes: readonly string[]): TaskPoll {
    const first = !this.#polled
    this.#polled = true
    const byNode = new Map<string, TaskRow[]>()
    for (const row of rows) byNode.set(row.node ?? '', [...(byNode.get(row.node ?? '') ?? []), row])
    const overlaps = rows.some(({ upid }) => this.#seen.has(upid))
    // Where nothing was known before, a short list is all there was, and a full one may be the end of a longer one.
    const cut = !overlaps && rows.length > 0 && (this.#seen.size > 0 || rows.length >= SHORT_LIST)
    const gaps = first
      ? []
      : cut
        ? [...nodes]
        : [...byNode]
            .filter(([node, own]) => this.#nodesSeen.has(node) && !own.some(({ upid }) => this.#seen.has(upid)))
            .map(([node]) => node)
    const before = this.#running
    const news = this.#take(rows, first)
    this.#running = new Map(rows.filter(isRunning).map((row) => [row.upid, row]))
    for (const [upid, row] of before) {
      // It was pushed out of the list while it ran, or ended unseen: look at its guest either way.
      if (!rows.some((each) => each.upid === upid)) this.#mark(row, news, false)
    }
    this.#nodesSeen = new Set([...this.#nodesSeen, ...byNode.keys()])
    return { ...news, gaps: gaps.filter((node) => nodes.includes(node)).sort() }
  }

  /** Takes in a node's own list, read because of a gap. */
  fill(rows: readonly TaskRow[]): TaskNews {
    return this.#take(rows, false)
  }

  /** What runs, by guest. */
  running(): Map<string, RunningTask[]> {
    const tasks = new Map<string, RunningTask[]>()
    for (const row of [...this.#running.values()].sort((a, b) => (a.upid < b.upid ? -1 : 1))) {
      if (row.id === null || row.type === null || LOOKING.has(row.type)) continue
      const since = row.starttime === null ? null : instantAt(row.starttime * 1000)
      const by = row.tokenid === null ? (row.user ?? '') : `${row.user ?? ''}!${row.tokenid}`
      tasks.set(row.id, [...(tasks.get(row.id) ?? []), { task: row.type, by, since }])
    }
    return tasks
  }

  #take(rows: readonly TaskRow[], quietly: boolean): TaskNews {
    const news: TaskNews = { changed: new Set(), destroyed: new Set(), backups: false }
    for (const row of rows) {
      const ended = !isRunning(row)
      const known = this.#seen.get(row.upid)
      if (known === ended || known === true) continue
      this.#seen.delete(row.upid)
      this.#seen.set(row.upid, ended)
      this.#newest = Math.max(this.#newest, row.starttime ?? 0)
      if (!quietly) this.#mark(row, news, ended)
    }
    for (const upid of this.#seen.keys()) {
      if (this.#seen.size <= REMEMBERED) break
      this.#seen.delete(upid)
    }
    return news
  }

  #mark(row: TaskRow, news: TaskNews, ended: boolean): void {
    const type = row.type ?? ''
    if (type === 'vzdump') news.backups ||= ended
    if (row.id === null || !/^\d+$/.test(row.id) || LOOKING.has(type)) return
    news.changed.add(row.id)
    if (ended && DESTROYING.has(type) && succeeded(row)) news.destroyed.add(row.id)
  }
}

const isRunning = (row: TaskRow): boolean => row.endtime === null && (row.status === null || row.status === 'RUNNING')

/** A warning is no failure, although Proxmox VE's own filter for errors shows it (recorded 312). */
const succeeded = ({ status }: TaskRow): boolean => status === 'OK' || (status ?? '').startsWith('WARNINGS')
