/** The worker program. The launcher gives it its environment and ends it by SIGTERM or by its own end. */
import { readConfig, readNoticeUrl } from '@/lib/config'
import { keepServers, openConnection } from '@/lib/hypervisors/registry'
import { openChannelSecret } from '@/lib/notify/open-secret'
import { openStore } from '@/lib/store/client'
import { faultOf, openLog } from './log'
import { startWorker } from './worker'

/** After this an order to end is carried out without order; the launcher would wait no longer either. */
const STOP_LIMIT_MILLIS = 4_000

const log = openLog()
const config = readConfig()
const store = openStore(config.databaseUrl, {
  onConnectionLost: (error) => log.warn({ fault: faultOf(error) }, 'a database connection was lost'),
})
const worker = startWorker({
  store,
  log,
  alerting: {
    publicUrl: readNoticeUrl(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    openSecret: (channelId) => openChannelSecret(store, channelId),
  },
  keepServers: (connectionId, servers) => keepServers(store, connectionId, servers),
  open: async (connectionId) => {
    const opened = await openConnection(store, connectionId)
    if (!opened.ok) log.warn({ connectionId, why: opened.why, native: opened.native }, 'a connection cannot be opened')
    return opened
  },
})

let ending = false
async function end(why: string): Promise<void> {
  if (ending) return
  ending = true
  log.info({ why }, 'ending')
  setTimeout(() => {
    log.warn({}, 'did not end in time')
    process.exit(1)
  }, STOP_LIMIT_MILLIS).unref()
  await worker.stop()
  await store.close()
  process.exit(0)
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal))
process.on('disconnect', () => void end('the launcher is gone'))
