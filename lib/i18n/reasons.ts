/**
 * What a Reason reads like: what is so, and what to do next. Exhaustive: a new code or cause fails the type-check
 * here until it has words, and in messages/zh-CN until it has them in Chinese too.
 */
import type { useTranslations } from 'next-intl'
import { shownActor } from '@/lib/domain/actor'
import type { Difference } from '@/lib/domain/difference'
import type { Reason, UnsupportedCause } from '@/lib/domain/reason'
import { unreachable } from '@/lib/domain/result'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import type { Format } from './format'

export type ReasonTranslator = ReturnType<typeof useTranslations<'reasons'>>
export type FeatureTranslator = ReturnType<typeof useTranslations<'words'>>
/** Both are plain text; foreign words in them (a hypervisor's own sentence) are rendered as text, never as HTML. */
export type Explanation = { title: string; action: string }

export type ExplainWith = {
  /** translator of the namespace `reasons` */
  t: ReasonTranslator
  /** translator of the namespace `words` */
  words: FeatureTranslator
  format: Format
  now: Instant
}

/** Turns a Reason into words in the reader's language. */
export function explainReason(reason: Reason, { t, words, format, now }: ExplainWith): Explanation {
  switch (reason.code) {
    case 'unreachable':
      return {
        title: t(`unreachable.${reason.cause}.title`, { address: reason.address }),
        action: t(`unreachable.${reason.cause}.action`),
      }
    case 'hung':
      return { title: t('hung.title', { age: format.age(reason.silentForMillis) }), action: t('hung.action') }
    case 'certificate-invalid':
      return {
        title: t(`certificate-invalid.${reason.problem}.title`),
        action: t(`certificate-invalid.${reason.problem}.action`),
      }
    case 'credentials-refused':
      return {
        title: t(`credentials-refused.${reason.method}.title`),
        action: t(`credentials-refused.${reason.method}.action`),
      }
    case 'credentials-missing':
      return { title: t('credentials-missing.title', { field: reason.field }), action: t('credentials-missing.action') }
    case 'key-unusable':
      return { title: t(`key-unusable.${reason.field}.title`), action: t(`key-unusable.${reason.field}.action`) }
    case 'authentication-unsupported':
      return {
        title: t('authentication-unsupported.title', { offered: format.list(reason.offered) }),
        action: t('authentication-unsupported.action'),
      }
    case 'cleartext':
      return { title: t('cleartext.title', { address: reason.address }), action: t('cleartext.action') }
    case 'address-invalid':
      // The host problem names no part; an unused argument is ignored.
      return {
        title:
          reason.problem === 'host'
            ? t('address-invalid.host.title')
            : t(`address-invalid.${reason.problem}.title`, { part: reason.part }),
        action: t(`address-invalid.${reason.problem}.action`),
      }
    case 'too-old':
      return {
        title: t('too-old.title', { product: reason.product, has: reason.has }),
        action: t('too-old.action', { needs: reason.needs }),
      }
    case 'protocol':
      return { title: t('protocol.title', { problem: reason.problem }), action: t('protocol.action') }
    case 'not-permitted':
      return {
        title:
          reason.path === undefined
            ? t('not-permitted.title', { privilege: reason.privilege })
            : t('not-permitted.on-path', { privilege: reason.privilege, path: reason.path }),
        action: t('not-permitted.action'),
      }
    case 'second-factor-needed':
      return reason.totp
        ? { title: t('second-factor-needed.totp.title'), action: t('second-factor-needed.totp.action') }
        : { title: t('second-factor-needed.other.title'), action: t('second-factor-needed.other.action') }
    case 'node-unreachable':
      return { title: t('node-unreachable.title', { node: reason.node }), action: t('node-unreachable.action') }
    case 'storage-inactive':
      return {
        title: t('storage-inactive.title', { storage: reason.storage }),
        action: t('storage-inactive.action'),
      }
    case 'malformed':
      return reason.what === 'answer'
        ? { title: t('malformed.answer.title'), action: t('malformed.answer.action', { problem: reason.problem }) }
        : {
            title: t(`malformed.${reason.what}.title`, { name: reason.name }),
            action: t(`malformed.${reason.what}.action`, { problem: reason.problem }),
          }
    case 'too-large':
      return {
        title: t(`too-large.${reason.limit}.title`, { has: format.number(reason.has), max: format.number(reason.max) }),
        action: t(`too-large.${reason.limit}.action`),
      }
    case 'not-told':
      return { title: t('not-told.title', { by: reason.by }), action: t('not-told.action') }
    case 'unsupported':
      return {
        title: t('unsupported.title', { feature: words(`feature.${reason.feature}`) }),
        action: explainCause(reason.because, t),
      }
    case 'guest-locked':
      return {
        title:
          reason.lock === 'other'
            ? t('guest-locked.other.title', { text: reason.text })
            : t(`guest-locked.${reason.lock}.title`),
        action: t(`guest-locked.${reason.lock}.action`),
      }
    case 'guest-busy':
      return { title: t('guest-busy.title', { task: reason.task }), action: t('guest-busy.action') }
    case 'needs-node-command':
      return {
        title: t('needs-node-command.title', { node: reason.node }),
        action: t('needs-node-command.action', { node: reason.node, command: reason.command }),
      }
    case 'blocked-by-newer-snapshots':
      return {
        title: t('blocked-by-newer-snapshots.title', { blockers: format.list(reason.blockers) }),
        action: t('blocked-by-newer-snapshots.action'),
      }
    case 'storage-short':
      return {
        title: t('storage-short.title', {
          storage: reason.storage,
          has: format.bytes(reason.has),
          needs: format.bytes(reason.needs),
        }),
        action: t('storage-short.action'),
      }
    case 'missing':
      return reason.what === 'page'
        ? { title: t('missing.page.title'), action: t('missing.page.action') }
        : {
            title: t(`missing.${reason.what}.title`, { name: reason.name }),
            action: t(`missing.${reason.what}.action`),
          }
    case 'changed':
      return {
        title: t('changed.title', {
          since: format.date(reason.since, 'moment', now),
          fields: format.list([...new Set(reason.fields.map((field) => t(`changed.fields.${field}`)))]),
        }),
        action: t('changed.action'),
      }
    case 'stale':
      return {
        title: t('stale.title', { age: format.age(elapsedMillis(reason.collectedAt, now)) }),
        action: t('stale.action'),
      }
    case 'already-exists':
      return {
        title: t(`already-exists.${reason.what}.title`, { name: reason.name }),
        action: t(`already-exists.${reason.what}.action`),
      }
    case 'setup-code-wrong':
      return { title: t('setup-code-wrong.title'), action: t('setup-code-wrong.action', { tries: reason.triesLeft }) }
    case 'weak-password':
      return {
        title: t('weak-password.title'),
        action: t('weak-password.action', { minLength: format.number(reason.minLength) }),
      }
    case 'not-shut-down':
      return {
        title: t('not-shut-down.title', { waited: format.duration(reason.waitedMillis) }),
        action: t('not-shut-down.action'),
      }
    case 'not-collected-in-time':
      return {
        title: t('not-collected-in-time.title', { waited: format.age(reason.waitedMillis) }),
        action: t('not-collected-in-time.action'),
      }
    case 'worker-late':
      return reason.heartbeatAgeMillis === null
        ? { title: t('worker-never.title'), action: t('worker-never.action') }
        : {
            title: t('worker-late.title', { age: format.age(reason.heartbeatAgeMillis) }),
            action: t('worker-late.action'),
          }
    case 'expired':
      return {
        title: t('expired.title', { since: format.date(reason.since, 'moment', now) }),
        action: t('expired.action'),
      }
    case 'consent-missing':
      return { title: t('consent-missing.title'), action: t('consent-missing.action', { text: reason.text }) }
    case 'check-blocked':
      return {
        title: t('check-blocked.title', { checks: format.list(reason.checks) }),
        action: t('check-blocked.action'),
      }
    case 'held':
      return {
        title: t('held.title', { snapshot: reason.snapshot, by: reason.by }),
        action: reason.note === '' ? t('held.action') : t('held.noted', { note: reason.note }),
      }
    case 'shared-base':
      return {
        title: t('shared-base.title', { file: reason.file, readers: format.list(reason.readers) }),
        action: t('shared-base.action'),
      }
    case 'base-unknown':
      return {
        title: t('base-unknown.title', { file: reason.file, unread: format.list(reason.unread) }),
        action: t('base-unknown.action'),
      }
    case 'incomplete-target': {
      const { snapshot, state } = reason
      // Else the disk that keeps it from being whole.
      return state === 'incomplete' || state === 'unmanaged'
        ? {
            title: t(`incomplete-target.${state}.title`, { snapshot }),
            action: t(`incomplete-target.${state}.action`),
          }
        : { title: t('incomplete-target.title', { snapshot, state }), action: t('incomplete-target.action') }
    }
    case 'children-in-the-way':
      return {
        title: t('children-in-the-way.title', { snapshot: reason.snapshot, children: format.list(reason.children) }),
        action: t('children-in-the-way.action'),
      }
    case 'current-unknown':
      return { title: t('current-unknown.title', { guest: reason.guest }), action: t('current-unknown.action') }
    case 'another-guest':
      return { title: t('another-guest.title', { name: reason.name }), action: t('another-guest.action') }
    case 'space-unknown':
      return { title: t('space-unknown.title', { storage: reason.storage }), action: t('space-unknown.action') }
    case 'memory-storage-unknown':
      return { title: t('memory-storage-unknown.title'), action: t('memory-storage-unknown.action') }
    case 'name-invalid':
      return reason.rule === 'empty'
        ? { title: t('name-invalid.empty.title'), action: t('name-invalid.empty.action') }
        : {
            title: t(`name-invalid.${reason.rule}.title`, { name: reason.name }),
            action: t(`name-invalid.${reason.rule}.action`, { max: format.number(reason.max) }),
          }
    case 'identity-risk':
      return { title: t('identity-risk.title', { role: reason.role }), action: t('identity-risk.action') }
    case 'task-failed':
      return { title: t('task-failed.title'), action: t('task-failed.action', { text: reason.text }) }
    case 'unsure':
      return { title: t('unsure.title', { asked: reason.asked }), action: t('unsure.action') }
    case 'not-as-predicted':
      return {
        title: t('not-as-predicted.title', {
          differences: format.list(reason.differences.map((each) => explainDifference(each, t, words))),
        }),
        action: t('not-as-predicted.action'),
      }
    case 'probe-failed': {
      const { problem, target, status, withinMillis } = reason
      const told = { target, status: status === null ? '—' : String(status), time: format.age(withinMillis) }
      return { title: t(`probe-failed.title.${problem}`, told), action: t('probe-failed.action') }
    }
    case 'probe-forbidden':
      return {
        title: t('probe-forbidden.title', { target: reason.target, address: reason.address }),
        action: t('probe-forbidden.action'),
      }
    case 'probe-skipped':
      return {
        title: t(`probe-skipped.title.${reason.because}`, { target: reason.target }),
        action: t('probe-skipped.action'),
      }
    case 'cancelled':
      return { title: t('cancelled.title', { by: reason.by }), action: t('cancelled.action') }
    case 'address-forbidden':
      return {
        title: t('address-forbidden.title', { address: reason.address }),
        action: t('address-forbidden.action'),
      }
    case 'redirected':
      return { title: t('redirected.title', { to: reason.to }), action: t('redirected.action') }
    case 'receiver-busy':
      return {
        title: t('receiver-busy.title', { status: String(reason.status) }),
        action:
          reason.text === undefined
            ? t('receiver-busy.action', { wait: format.duration(reason.retryAfterMillis) })
            : t('receiver-busy.said', { text: reason.text, wait: format.duration(reason.retryAfterMillis) }),
      }
    case 'receiver-refused':
      return {
        title: t('receiver-refused.title', { status: String(reason.status) }),
        action: t('receiver-refused.action', { text: reason.text }),
      }
    case 'forbidden':
      return { title: t('forbidden.title'), action: t('forbidden.action', { role: words(`role.${reason.needs}`) }) }
    case 'asker-may-not': {
      const by = shownActor(reason.by)
      return reason.needs === null
        ? { title: t('asker-may-not.gone.title', { by }), action: t('asker-may-not.gone.action') }
        : {
            title: t('asker-may-not.role.title', { by }),
            action: t('asker-may-not.role.action', { role: words(`role.${reason.needs}`) }),
          }
    }
    case 'invalid':
      return {
        title: t('invalid.title', { count: reason.errors.length }),
        action: t('invalid.action', { fields: format.list([...new Set(reason.errors.map((error) => error.path))]) }),
      }
    case 'rate-limited':
      return {
        title: t('rate-limited.title'),
        action: t('rate-limited.action', { wait: format.duration(reason.retryAfterMillis) }),
      }
    case 'wrong-origin':
      return { title: t('wrong-origin.title'), action: t('wrong-origin.action', { expected: reason.expected }) }
    case 'database-away':
      return {
        title: t(`database-away.${reason.problem}.title`),
        action: t(`database-away.${reason.problem}.action`),
      }
    case 'nothing-to-do':
      return reason.what === undefined
        ? { title: t('nothing-to-do.title'), action: t('nothing-to-do.action') }
        : { title: t(`nothing-to-do.${reason.what}.title`), action: t(`nothing-to-do.${reason.what}.action`) }
    case 'failed':
      return { title: t('failed.title'), action: t('failed.action', { reference: reason.reference }) }
    case 'rejected':
      return { title: t('rejected.title'), action: t('rejected.action', { text: reason.text }) }
    case 'certificate-unknown':
    case 'certificate-changed':
    case 'certificate-refused':
    case 'host-key-unknown':
    case 'host-key-changed':
    case 'already-confirmed':
    case 'operation-running':
    case 'unlock-failed':
    case 'no-quorum':
    case 'not-owner':
    case 'interrupted':
    case 'rights-shrunk':
    case 'observe-only':
    case 'last-administrator':
    case 'secret-needed':
    case 'setup-done':
    case 'unauthenticated':
    case 'sign-in-refused':
      return { title: t(`${reason.code}.title`), action: t(`${reason.code}.action`) }
    default:
      return unreachable(reason)
  }
}

function explainDifference(difference: Difference, t: ReasonTranslator, words: FeatureTranslator): string {
  switch (difference.differs) {
    case 'snapshot-missing':
    case 'snapshot-unexpected':
      return t(`not-as-predicted.${difference.differs}`, { snapshot: difference.snapshot })
    case 'current':
      return difference.found === null
        ? t('not-as-predicted.no-current', { expected: difference.expected ?? '—' })
        : t('not-as-predicted.current', { found: difference.found, expected: difference.expected ?? '—' })
    case 'power':
      return t('not-as-predicted.power', {
        found: words(`power.${difference.found}`),
        expected: words(`power.${difference.expected}`),
      })
    case 'configuration':
      return t('not-as-predicted.configuration', {
        key: difference.key,
        found: difference.found ?? '—',
        expected: difference.expected ?? '—',
      })
    case 'step':
      return t('not-as-predicted.step', { step: difference.step })
    default:
      return unreachable(difference)
  }
}

/** Why a feature is not possible on this guest. */
function explainCause(cause: UnsupportedCause, t: ReasonTranslator): string {
  switch (cause.cause) {
    case 'raw-disk':
      return t('unsupported.because.raw-disk', { disk: cause.disk })
    case 'disk-format':
      return t('unsupported.because.disk-format', { disk: cause.disk, format: cause.format })
    case 'read-only-disk':
      return t('unsupported.because.read-only-disk', { disk: cause.disk })
    case 'needs-version':
      return t('unsupported.because.needs-version', { needs: cause.needs, has: cause.has })
    case 'driver':
      return t('unsupported.because.driver', { driver: cause.driver })
    case 'passthrough':
      return t('unsupported.because.passthrough', { device: cause.device })
    case 'shared-disk':
    case 'raw-tpm':
    case 'bind-mount':
    case 'chain-changed':
    case 'mirror-forgotten':
      return t(`unsupported.because.${cause.cause}`, { disk: cause.disk })
    case 'storage-type':
      return t('unsupported.because.storage-type', { type: cause.type })
    case 'no-disk':
    case 'uefi-raw-nvram':
    case 'guest-off':
    case 'guest-running':
    case 'no-agent':
    case 'managed-save':
    case 'mixed-chain':
    case 'with-memory':
    case 'not-a-virtual-machine':
    case 'template':
    case 'demo':
      return t(`unsupported.because.${cause.cause}`)
    default:
      return unreachable(cause)
  }
}
