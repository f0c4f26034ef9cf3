import { getTranslations } from 'next-intl/server'
import { InstallationPage } from '@/components/settings/installation-page'
import { titled } from '@/components/shell/page-title'
import { VERSION } from '@/lib/config'
import { can } from '@/lib/domain/permission'
import { installationFacts, LICENCE } from '@/lib/web/installation'
import { requireCaller } from '@/lib/web/read'

async function title(): Promise<string> {
  return (await getTranslations('settings.tabs'))('installation')
}

/** Version, licence and the offer of the source are everybody's; places on the server are an administrator's. */
async function Page() {
  const { actor } = await requireCaller()
  const facts = can(actor, 'user.manage').ok ? installationFacts() : null
  return <InstallationPage version={VERSION} licence={LICENCE} facts={facts} />
}

export default titled(title, Page)
