import { startInstallation } from './installation'

/** Starts the installation all specs share and tells them where it is, through their environment. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const installation = await startInstallation()
  process.env.SNAPWARDEN_E2E_URL = installation.url
  process.env.SNAPWARDEN_E2E_DATA = installation.data
  process.env.SNAPWARDEN_E2E_EMAIL = installation.email
  process.env.SNAPWARDEN_E2E_PASSWORD = installation.password
  return installation.close
}
