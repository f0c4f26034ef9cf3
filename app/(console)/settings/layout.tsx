import type { ReactNode } from 'react'
import { SettingsFrame } from '@/components/settings/settings-frame'
import { can } from '@/lib/domain/permission'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { requireCaller } from '@/lib/web/read'

/** The tabs around every settings page. Pages check the session and the permission themselves, too. */
export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const { actor } = await requireCaller()
  return (
    <MessagesFor areas={['settings', 'words', 'reasons']}>
      <SettingsFrame isAdmin={can(actor, 'user.manage').ok}>{children}</SettingsFrame>
    </MessagesFor>
  )
}
