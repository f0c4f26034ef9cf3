'use client'
/** The part of palette.tsx that carries cmdk and react-aria. */
import { Command } from 'cmdk'
import { ArrowRight, Camera, Database, type LucideIcon, Plug, Search, Server } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useEffect, useState } from 'react'
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components'
import { Icon } from '@/components/ui/icon'
import { Kbd } from '@/components/ui/kbd'
import type { LoadedPaletteProps, PaletteHit, PaletteSearch } from './palette'

const DEBOUNCE_MS = 120
const KINDS = ['guest', 'snapshot', 'storage', 'connection'] as const
const ICONS: Record<PaletteHit['kind'], LucideIcon> = {
  guest: Server,
  snapshot: Camera,
  storage: Database,
  connection: Plug,
}
const HEADINGS = {
  guest: 'palette.guests',
  snapshot: 'palette.snapshots',
  storage: 'palette.storages',
  connection: 'palette.connections',
} as const

type Found = { state: 'idle' | 'searching' | 'failed' | 'found'; hits: readonly PaletteHit[] }

/** Asks after a short pause in typing; earlier answers stay until newer ones come. */
function useSearch(query: string, search: PaletteSearch | undefined): Found {
  const [found, setFound] = useState<Found>({ state: 'idle', hits: [] })
  useEffect(() => {
    if (!search || query === '') {
      setFound({ state: 'idle', hits: [] })
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      setFound((previous) => ({ ...previous, state: 'searching' }))
      search(query, abort.signal).then(
        (hits) => abort.signal.aborted || setFound({ state: 'found', hits }),
        (error: unknown) => {
          if (abort.signal.aborted) return
          console.warn('The search did not answer', error)
          setFound({ state: 'failed', hits: [] })
        },
      )
    }, DEBOUNCE_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [query, search])
  return found
}

export function LoadedPalette({ open, onClose, search, commands, typed }: LoadedPaletteProps) {
  return (
    <ModalOverlay isOpen={open} onOpenChange={(next) => next || onClose()} isDismissable className="sw-scrim">
      <Modal className="sw-palette">
        <PaletteBody onClose={onClose} search={search} commands={commands} typed={typed} />
      </Modal>
    </ModalOverlay>
  )
}

function PaletteBody({ onClose, search, commands, typed }: Omit<LoadedPaletteProps, 'open'>) {
  const t = useTranslations('shell')
  const router = useRouter()
  const [text, setText] = useState(() => typed.current)
  useEffect(() => {
    typed.current = ''
  }, [typed])
  const query = text.trim()
  const found = useSearch(query, search)
  const matching = commands.filter((command) => command.label.toLowerCase().includes(query.toLowerCase()))
  const nothing = matching.length === 0 && found.hits.length === 0 && query !== ''
  const go = (href: string | undefined, run: (() => void) | undefined) => {
    onClose()
    run?.()
    if (href) router.push(href)
  }
  return (
    <AriaDialog aria-label={t('palette.title')} data-own-keys="">
      <Command shouldFilter={false} label={t('palette.title')} loop>
        <div className="sw-palette-input">
          <Icon icon={Search} />
          <Command.Input
            autoFocus
            value={text}
            onValueChange={setText}
            placeholder={t('palette.placeholder')}
            // Behind what was typed before it was there.
            onFocus={({ currentTarget: input }) => input.setSelectionRange(input.value.length, input.value.length)}
          />
          <Kbd>Esc</Kbd>
        </div>
        <Command.List>
          {KINDS.map((kind) => {
            const hits = found.hits.filter((hit) => hit.kind === kind)
            return hits.length === 0 ? null : (
              <Command.Group key={kind} heading={t(HEADINGS[kind])}>
                {hits.map((hit) => (
                  <Command.Item key={hit.id} value={`${kind} ${hit.id}`} onSelect={() => go(hit.href, undefined)}>
                    <Icon icon={ICONS[kind]} />
                    <span className="sw-ellipsis">{hit.label}</span>
                    {hit.note ? <span className="note">{hit.note}</span> : null}
                  </Command.Item>
                ))}
              </Command.Group>
            )
          })}
          {matching.length === 0 ? null : (
            <Command.Group heading={t('palette.commands')}>
              {matching.map((command) => (
                <Command.Item
                  key={command.id}
                  value={`command ${command.id}`}
                  onSelect={() => go(command.href, command.run)}
                >
                  <Icon icon={ArrowRight} />
                  <span className="sw-ellipsis">{command.label}</span>
                  {command.note ? <span className="note">{command.note}</span> : null}
                </Command.Item>
              ))}
            </Command.Group>
          )}
        </Command.List>
        <div role="status">
          {found.state === 'failed' ? (
            <p className="sw-palette-status">{t('palette.failed')}</p>
          ) : nothing && found.state === 'found' ? (
            <p className="sw-palette-status">{t('palette.empty', { query })}</p>
          ) : nothing ? (
            <p className="sw-palette-status">{t('palette.searching')}</p>
          ) : null}
        </div>
        <div className="sw-palette-foot" aria-hidden="true">
          <span>
            <Kbd>↑</Kbd> <Kbd>↓</Kbd> {t('palette.hintMove')}
          </span>
          <span>
            <Kbd>↵</Kbd> {t('palette.hintOpen')}
          </span>
          <span>
            <Kbd>Esc</Kbd> {t('palette.hintClose')}
          </span>
        </div>
      </Command>
    </AriaDialog>
  )
}
