'use client'
import type { Source } from '@/components/shell/freshness'
import { Shell } from '@/components/shell/shell'
import type { Theme } from '@/lib/i18n/cookies'
import { GalleryTable } from '../gallery-table'

/** The guests page of the design, on made-up rows. */
export function GalleryShell({ theme, sources }: { theme: Theme; sources: readonly Source[] }) {
  return (
    <Shell
      user={{ name: 'Lin Yue', email: 'lin.yue@example.cn', role: 'operator' }}
      counts={{ guests: 412, storage: 9, connections: 6 }}
      sources={sources}
      theme={theme}
      demo
      onSignOut={() => undefined}
      search={async (query) => [
        { id: '1', kind: 'guest', label: `${query}-web-01`, note: 'esx-bj-03', href: '#' },
        { id: '2', kind: 'snapshot', label: 'WebServer_Disk_20250831_1430_BeforeUpdate', note: 'WebServer', href: '#' },
      ]}
    >
      <GalleryTable />
    </Shell>
  )
}
