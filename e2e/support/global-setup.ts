import { startInstallation } from './installation'
import { buildWorld } from './world'

/** Starts the installation and the libvirt host all specs share. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const installation = await startInstallation()
  try {
    const world = await buildWorld(installation)
    return async () => {
      await world.close()
      await installation.close()
    }
  } catch (error) {
    await installation.close()
    throw error
  }
}
