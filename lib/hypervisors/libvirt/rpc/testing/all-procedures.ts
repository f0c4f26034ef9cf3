import { blockProcedures } from '../procedures/block'
import { connectProcedures } from '../procedures/connect'
import { domainProcedures } from '../procedures/domain'
import type { AnyProcedure } from '../procedures/procedure'
import { snapshotProcedures } from '../procedures/snapshot'
import { storageProcedures } from '../procedures/storage'

/** The whole table, for tests that go through all of it. */
export const allProcedures: readonly AnyProcedure[] = [
  connectProcedures,
  domainProcedures,
  snapshotProcedures,
  blockProcedures,
  storageProcedures,
].flatMap((group) => Object.values<AnyProcedure>(group))
