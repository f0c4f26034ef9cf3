/**
 * One suite every adapter must pass, on whatever world it can be tried on: the fake, libvirt's test driver,
 * real QEMU, a simulator. A world that cannot do something says so by name and with its reason; those
 * sentences are then skipped visibly and never silently.
 *
 * Reading is tried on what the harness changed; changing, through the port of a connection that operates.
 */
import { afterAll, beforeAll, describe } from 'vitest'
import { declareCommands } from './contract/commands'
import { declareFacts } from './contract/facts'
import { declareFaults } from './contract/faults'
import { type ContractHarness, type ContractOptions, createBench } from './contract/harness'
import { declareTrees } from './contract/trees'

/**
 * Declares the suite. `start` makes the world, once for all sentences; every sentence uses guests of its own,
 * so a world need not be empty (say so under `cannot`).
 */
export function describeHypervisorContract(
  name: string,
  start: () => ContractHarness | Promise<ContractHarness>,
  options: ContractOptions = {},
): void {
  describe(`the port's contract: ${name}`, () => {
    const bench = createBench(start, options)
    beforeAll(() => bench.start())
    afterAll(() => bench.close())
    declareFacts(bench)
    declareTrees(bench)
    declareFaults(bench)
    declareCommands(bench)
  })
}
