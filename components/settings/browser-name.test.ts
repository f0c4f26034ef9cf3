import { describe, expect, it } from 'vitest'
import { browserName } from './browser-name'

const GECKO = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'

describe('the name of a browser', () => {
  it.each([
    [GECKO, 'Firefox', 'Linux'],
    [CHROME, 'Chrome', 'Windows'],
    [`${CHROME} Edg/141.0.0.0`, 'Edge', 'Windows'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      'Safari',
      'iOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
      'Chrome',
      'Android',
    ],
    ['curl/8.14.1', 'curl', null],
  ])('%s', (agent, browser, system) => {
    expect(browserName(agent)).toEqual({ browser, system })
  })

  it('is not guessed', () => {
    expect(browserName(null)).toBeNull()
    expect(browserName('')).toBeNull()
    expect(browserName('Mozilla/5.0 (compatible; something)')).toBeNull()
  })
})
