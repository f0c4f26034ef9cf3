import { context } from 'esbuild'
import { bundleOptions } from './build-bundle.mjs'

/**
 * For development: rebuilds the worker when its sources change.
 * @param {() => void} rebuilt called after each rebuild that succeeded
 * @returns {Promise<() => Promise<void>>} ends the watching
 */
export async function watchWorker(rebuilt) {
  let first = true
  const watching = await context({
    ...bundleOptions('worker'),
    logLevel: 'warning',
    plugins: [
      {
        name: 'tell-when-rebuilt',
        setup(build) {
          build.onEnd((result) => {
            if (!first && result.errors.length === 0) rebuilt()
            first = false
          })
        },
      },
    ],
  })
  await watching.watch()
  return () => watching.dispose()
}
