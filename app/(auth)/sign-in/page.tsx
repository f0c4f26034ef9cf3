import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { LanguageLinks } from '@/components/auth/language-links'
import { SignInForm } from '@/components/auth/sign-in-form'
import { titled } from '@/components/shell/page-title'
import { BrandMark } from '@/components/ui/brand-mark'
import { CodeBlock } from '@/components/ui/code-block'
import { VERSION as version } from '@/lib/config'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { ownPath } from '@/lib/web/own-path'
import { readSetupStatus } from '@/lib/web/read'

async function title(): Promise<string> {
  return (await getTranslations('entry.signIn'))('title')
}

type Props = { searchParams: Promise<{ next?: string | string[] }> }

async function Page({ searchParams }: Props) {
  const [status, { next }, t] = await Promise.all([readSetupStatus(), searchParams, getTranslations('entry.signIn')])
  if (!status.administratorExists) redirect('/setup')
  if (status.signedIn) redirect(ownPath(next))
  return (
    <div className="min-h-dvh flex flex-col bg-canvas">
      <main
        id="content"
        tabIndex={-1}
        className="flex-1 w-full max-w-[344px] mx-auto px-4 md:px-0 pt-[14vh] max-md:pt-10"
      >
        <p className="flex items-center gap-2 text-16 font-[620] tracking-tight">
          <BrandMark size={24} />
          Snapwarden
        </p>
        <h1 className="sw-page-title mt-7 mb-5">{t('title')}</h1>
        <MessagesFor areas={['entry', 'words', 'reasons']}>
          <SignInForm next={ownPath(next)} />
        </MessagesFor>
        <p className="text-12 text-text-2 mt-5 mb-1.5">{t('forgotten')}</p>
        <CodeBlock code={t('forgottenCommand')} />
      </main>
      <footer className="flex justify-center items-baseline gap-4 p-6 text-12 text-text-3">
        <LanguageLinks />
        <span className="num">{version}</span>
      </footer>
    </div>
  )
}

export default titled(title, Page)
