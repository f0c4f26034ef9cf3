'use client'
/** The part of toast.tsx that carries sonner. */
import { Loader } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useEffect } from 'react'
import { toast as sonner, Toaster } from 'sonner'
import { Icon } from './icon'
import { ProgressBar } from './meter'
import { SeverityIcon } from './severity'
import { type QueuedToast, takeQueued } from './toast'

const SHOWN_MS = 6000

export function LoadedToasts({ version }: { version: number }) {
  const t = useTranslations('ui')
  // biome-ignore lint/correctness/useExhaustiveDependencies: each version means something is waiting
  useEffect(() => {
    for (const toast of takeQueued())
      sonner.custom(() => <ToastCard toast={toast} working={t('working')} />, {
        id: toast.id,
        duration: toast.kind === 'running' ? Number.POSITIVE_INFINITY : SHOWN_MS,
      })
  }, [version, t])
  return (
    <Toaster
      position="bottom-right"
      expand
      visibleToasts={3}
      gap={10}
      offset={16}
      containerAriaLabel={t('notifications')}
    />
  )
}

function ToastCard({ toast, working }: { toast: QueuedToast; working: string }) {
  return (
    <div className="sw-toast">
      {toast.kind === 'done' ? <SeverityIcon severity="ok" /> : <Icon icon={Loader} className="sw-spinner" />}
      <div className="min-w-0 flex-1">
        <div className="font-strong">{toast.title}</div>
        {toast.text ? <div className="text-12 text-text-2 break-words">{toast.text}</div> : null}
        {toast.share === undefined ? null : (
          <div className="mt-[7px]">
            <ProgressBar share={toast.share} label={working} />
          </div>
        )}
      </div>
      {toast.aside ? <span className="text-12 text-text-2">{toast.aside}</span> : null}
      {toast.action ? (
        <Link className="text-12" href={toast.action.href}>
          {toast.action.label}
        </Link>
      ) : null}
    </div>
  )
}
