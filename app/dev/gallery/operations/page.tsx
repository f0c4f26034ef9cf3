import { notFound } from 'next/navigation'
import { titled } from '@/components/shell/page-title'
import { QueryProvider } from '@/components/shell/query-provider'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { GalleryOperations } from './gallery-operations'

/** Plans and operations on sample data, beside the design. Served only where SNAPWARDEN_GALLERY=1. */
function GalleryOperationsPage() {
  if (process.env.SNAPWARDEN_GALLERY !== '1') notFound()
  return (
    <QueryProvider>
      <MessagesFor
        areas={['words', 'reasons', 'guest', 'plan', 'flows', 'checks', 'commands', 'evidence', 'operations']}
      >
        <GalleryOperations />
      </MessagesFor>
    </QueryProvider>
  )
}

export default titled(() => 'Gallery', GalleryOperationsPage)
