/**
 * The processor time, in ms, this process spends between turns of its event loop: what the loop was held up by itself.
 * Not how long a turn took: others share a machine's processors, and a process that was not given one held nobody up.
 */
export function watchTurns(): { end(): { longest: number; percentile(share: number): number } } {
  const turns: number[] = []
  let before = process.cpuUsage()
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before)
    turns.push((user + system) / 1_000)
    before = process.cpuUsage()
  }, 1)
  return {
    end: () => {
      clearInterval(timer)
      const sorted = turns.sort((one, other) => one - other)
      const percentile = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
      return { longest: percentile(1), percentile }
    },
  }
}
