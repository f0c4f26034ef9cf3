import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { ConsoleShell } from '@/components/shell/console-shell'
import { QueryProvider } from '@/components/shell/query-provider'
import { PREFERENCE_COOKIES, themeOf } from '@/lib/i18n/cookies'
import { Hydrated } from '@/lib/web/hydrated'
import { LiveProvider } from '@/lib/web/live-provider'
import { q } from '@/lib/web/queries'
import { readForPage, requireCaller } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

/** The frame around every page for people who are signed in. Pages check the session themselves, too. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [{ actor }, shell, jar] = await Promise.all([requireCaller(), readForPage(reads.shell, {}), cookies()])
  const email = actor.kind === 'user' ? actor.email : ''
  return (
    <QueryProvider>
      <Hydrated seeds={[{ queryKey: q.shell().queryKey, answer: shell }]}>
        <LiveProvider>
          <ConsoleShell
            user={{ name: email, email, role: actor.role }}
            theme={themeOf(jar.get(PREFERENCE_COOKIES.theme)?.value)}
          >
            {children}
          </ConsoleShell>
        </LiveProvider>
      </Hydrated>
    </QueryProvider>
  )
}
