'use client'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react'

/**
 * The keyboard map of a page. Components register what a key does while they are there; the newest registration of a
 * key wins (a drawer over a list). Single letters are ignored inside inputs and can be turned off; combinations with
 * Ctrl or ⌘ and the function keys are not. No shortcut ever finishes a destructive flow.
 */

/** `j`, `?`, `Escape`, `mod+k` (⌘ on a Mac, Ctrl elsewhere), `g o` (one after the other). */
export type ShortcutKeys = string
type Handler = (event: KeyboardEvent) => void

class Shortcuts {
  private readonly handlers = new Map<ShortcutKeys, { current: Handler }[]>()
  private pending: { first: string; at: number } | null = null
  singleKeys = true

  register(keys: ShortcutKeys, handler: { current: Handler }): () => void {
    const list = this.handlers.get(keys) ?? []
    this.handlers.set(keys, [...list, handler])
    return () => {
      const rest = (this.handlers.get(keys) ?? []).filter((other) => other !== handler)
      if (rest.length === 0) this.handlers.delete(keys)
      else this.handlers.set(keys, rest)
    }
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return
    const modified = event.ctrlKey || event.metaKey
    if (event.altKey) return
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const typing = isTyping(event.target)
    if (modified) {
      if (!typing || !EDITING.has(name)) this.run(`mod+${name}`, event)
      return
    }
    const letter = event.key.length === 1 && event.key !== ' '
    if (letter && (typing || !this.singleKeys)) return
    if (typing && event.key !== 'Escape') return
    const pending = this.pending
    this.pending = null
    if (pending && event.timeStamp - pending.at < SEQUENCE_MS && this.run(`${pending.first} ${name}`, event)) return
    if (this.run(name, event)) return
    if (letter && [...this.handlers.keys()].some((keys) => keys.startsWith(`${name} `)))
      this.pending = { first: name, at: event.timeStamp }
  }

  private run(keys: ShortcutKeys, event: KeyboardEvent): boolean {
    const handler = this.handlers.get(keys)?.at(-1)
    if (!handler) return false
    event.preventDefault()
    handler.current(event)
    return true
  }
}

const SEQUENCE_MS = 1500
/** With Ctrl or ⌘ these belong to the text one is in. */
const EDITING = new Set(['a', 'c', 'v', 'x', 'y', 'z'])

/** Whether keys belong to a text: inputs, editable text, and open menus or dialogs that ask for them. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  if (target.closest('[role="menu"], [role="listbox"], [data-own-keys]')) return true
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'submit', 'reset'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

const ShortcutsContext = createContext<Shortcuts | null>(null)

/** Listens once for the whole page. `singleKeys` false turns single letters off (a setting). */
export function KeyboardProvider({ singleKeys = true, children }: { singleKeys?: boolean; children: ReactNode }) {
  const shortcuts = useMemo(() => new Shortcuts(), [])
  useEffect(() => {
    shortcuts.singleKeys = singleKeys
    const listen = (event: KeyboardEvent) => shortcuts.handle(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [shortcuts, singleKeys])
  return <ShortcutsContext value={shortcuts}>{children}</ShortcutsContext>
}

/** Does `handler` on `keys` while the calling component is there and `enabled`. */
export function useShortcut(keys: ShortcutKeys, handler: Handler, options: { enabled?: boolean } = {}): void {
  const shortcuts = useContext(ShortcutsContext)
  const latest = useRef<Handler>(handler)
  const enabled = options.enabled ?? true
  useLayoutEffect(() => {
    latest.current = handler
  })
  useEffect(() => {
    if (!shortcuts || !enabled) return
    return shortcuts.register(keys, latest)
  }, [shortcuts, keys, enabled])
}

/** Whether single-letter shortcuts are on. */
export const useSingleKeys = (): boolean => useContext(ShortcutsContext)?.singleKeys ?? true

const never = () => () => undefined
/** The key that goes with K: ⌘ on Apple's machines, Ctrl elsewhere (and until the browser has told). */
export const useModifier = (): '⌘' | 'Ctrl' =>
  useSyncExternalStore(
    never,
    () => (/Mac|iP(hone|ad|od)/.test(navigator.platform) ? '⌘' : 'Ctrl'),
    () => 'Ctrl',
  )
