'use client'
import { lazy, type RefObject, Suspense, useRef, useState } from 'react'
import { TypedAhead } from './typed-ahead'

export type PaletteHit = {
  id: string
  kind: 'guest' | 'snapshot' | 'storage' | 'connection'
  label: string
  /** where it is: "on datastore1", "of WebServer" */
  note?: string
  href: string
}
/** Finds things by a few letters; rejects when it could not ask. Aborted when the text changes. */
export type PaletteSearch = (query: string, signal: AbortSignal) => Promise<readonly PaletteHit[]>
type PaletteCommand = { id: string; label: string; note?: string; href?: string; run?: () => void }

export type PaletteProps = {
  open: boolean
  onClose: () => void
  search?: PaletteSearch | undefined
  commands: readonly PaletteCommand[]
}

/** `typed`: what was typed before it was there */
export type LoadedPaletteProps = PaletteProps & { typed: RefObject<string> }

const load = () => import('./palette-loaded')
const LoadedPalette = lazy(() => load().then((module) => ({ default: module.LoadedPalette })))

/** Starts loading the palette without waiting. */
export function preloadPalette(): void {
  load().catch((error: unknown) => console.warn('The palette could not be loaded ahead', error))
}

/** Search and commands, ⌘K. Loaded when first opened. */
export function Palette(props: PaletteProps) {
  const [opened, setOpened] = useState(props.open)
  const typed = useRef('')
  if (props.open && !opened) setOpened(true)
  return opened ? (
    <Suspense fallback={props.open ? <TypedAhead typed={typed} onClose={props.onClose} /> : null}>
      <LoadedPalette {...props} typed={typed} />
    </Suspense>
  ) : null
}
