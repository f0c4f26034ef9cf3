import { notFound } from 'next/navigation'
import { titled } from '@/components/shell/page-title'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Gallery } from './gallery'

/** Our own sheet of components, to be looked at beside the design. Served only where SNAPWARDEN_GALLERY=1. */
function GalleryPage() {
  if (process.env.SNAPWARDEN_GALLERY !== '1') notFound()
  return (
    <MessagesFor areas={['words']}>
      <Gallery />
    </MessagesFor>
  )
}

export default titled(() => 'Gallery', GalleryPage)
