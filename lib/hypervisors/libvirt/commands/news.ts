/** Until news comes or the time is over, whichever is first. `listen` is given what to call. */
export function waitForNews(millis: number, listen: (news: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis)
    listen(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
