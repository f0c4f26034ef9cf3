'use client'
import { lazy, Suspense, useState } from 'react'

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

const load = () => import('./palette-loaded')
const LoadedPalette = lazy(() => load().then((module) => ({ default: module.LoadedPalette })))

/** Starts loading the palette without waiting. */
export function preloadPalette(): void {
  load().catch((error: unknown) => console.warn('The palette could not be loaded ahead', error))
}

/** Search and commands, ⌘K. Loaded when first opened. */
export function Palette(props: PaletteProps) {
  const [opened, setOpened] = useState(props.open)
  if (props.open && !opened) setOpened(true)
  return opened ? (
    <Suspense fallback={null}>
      <LoadedPalette {...props} />
    </Suspense>
  ) : null
}
