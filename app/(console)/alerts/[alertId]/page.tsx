import { getTranslations } from 'next-intl/server'
import { AlertPage } from '@/components/alerts/alert-page'
import { titled } from '@/components/shell/page-title'
import { MessagesFor } from '@/lib/i18n/messages-for'
import { Hydrated } from '@/lib/web/hydrated'
import { q } from '@/lib/web/queries'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

type Props = { params: Promise<{ alertId: string }> }

async function title({ params }: Props): Promise<string> {
  const alert = await readForPage(reads.alert, { id: (await params).alertId })
  const title = (await getTranslations('inbox'))('title')
  return alert.ok ? `${title}, ${alert.value.subjectName}` : title
}

async function Page({ params }: Props) {
  const { alertId } = await params
  const [alert, rules] = await Promise.all([readForPage(reads.alert, { id: alertId }), readForPage(reads.rules, {})])
  return (
    <Hydrated
      seeds={[
        { queryKey: q.alert(alertId).queryKey, answer: alert },
        { queryKey: q.rules().queryKey, answer: rules },
      ]}
    >
      <MessagesFor areas={['inbox', 'alerts', 'words', 'reasons']}>
        <AlertPage alertId={alertId} />
      </MessagesFor>
    </Hydrated>
  )
}

export default titled(title, Page)
