import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { AdministratorForm } from '@/components/auth/administrator-form'
import { SetupFrame } from '@/components/auth/setup-frame'
import { titled } from '@/components/shell/page-title'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { PASSWORD_MIN } from '@/lib/services/passwords'
import { readSetupStatus } from '@/lib/web/read'

async function title(): Promise<string> {
  return (await getTranslations('entry.administrator'))('title')
}

async function Page() {
  const [status, t, steps] = await Promise.all([
    readSetupStatus(),
    getTranslations('entry.administrator'),
    getTranslations('entry.steps'),
  ])
  if (status.administratorExists) redirect(status.signedIn ? '/' : '/sign-in')
  return (
    <SetupFrame step="administrator">
      <MessagesFor areas={['entry', 'words', 'reasons']}>
        <AdministratorForm minLength={PASSWORD_MIN} step={steps('of', { step: '1' })}>
          <h1>{t('title')}</h1>
          <p className="sw-setup-lead">{t('lead')}</p>
        </AdministratorForm>
      </MessagesFor>
    </SetupFrame>
  )
}

export default titled(title, Page)
