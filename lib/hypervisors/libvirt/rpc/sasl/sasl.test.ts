import { describe, expect, it } from 'vitest'
import { SaslError } from './mechanism'
import { plainConversation } from './plain'
import { saslPrepare } from './saslprep'
import { scramConversation } from './scram'

const text = (bytes: Buffer | null): string | null => bytes?.toString('utf8') ?? null

describe('SCRAM', () => {
  it('SHA-1 speaks as in RFC 5802 §5', async () => {
    const talk = scramConversation('sha1', 'user', 'pencil', 'fyko+d2lbbFgONRv9qkxdawL')
    expect(text(talk.start())).toBe('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL')
    const challenge = 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096'
    expect(text(await talk.step(Buffer.from(challenge)))).toBe(
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    )
    expect(talk.complete).toBe(false)
    expect(await talk.step(Buffer.from('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='))).toBeNull()
    expect(talk.complete).toBe(true)
  })

  it('SHA-256 speaks as in RFC 7677 §3', async () => {
    const talk = scramConversation('sha256', 'user', 'pencil', 'rOprNGfwEbeRWgbNEkqO')
    expect(text(talk.start())).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
    const challenge = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'
    expect(text(await talk.step(Buffer.from(challenge)))).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    )
    await talk.step(Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))
    expect(talk.complete).toBe(true)
  })

  it('writes names with separators in them in another way', () => {
    expect(text(scramConversation('sha256', 'a=b,c', 'x', 'nonce').start())).toBe('n,,n=a=3Db=2Cc,r=nonce')
  })

  it.each([
    ['does not continue our nonce', 'r=other,s=QSXCR+Q6sek8bf92,i=4096', 'malformed'],
    ['only repeats our nonce', 'r=nonce,s=QSXCR+Q6sek8bf92,i=4096', 'malformed'],
    ['sends no salt', 'r=nonceX,s=,i=4096', 'malformed'],
    ['asks for too few rounds', 'r=nonceX,s=QSXCR+Q6sek8bf92,i=1', 'malformed'],
    ['asks for rounds without end', 'r=nonceX,s=QSXCR+Q6sek8bf92,i=999999999', 'malformed'],
    ['asks for a fraction of a round', 'r=nonceX,s=QSXCR+Q6sek8bf92,i=4096.5', 'malformed'],
    ['asks for an unknown extension', 'm=ext,r=nonceX,s=QSXCR+Q6sek8bf92,i=4096', 'malformed'],
    ['sends nonsense', '\u0000\u0001', 'malformed'],
  ])('does not answer a server that %s', async (_name, challenge, failure) => {
    const talk = scramConversation('sha256', 'user', 'pencil', 'nonce')
    talk.start()
    await expect(talk.step(Buffer.from(challenge))).rejects.toMatchObject({ name: 'SaslError', failure })
  })

  it.each([
    ['another signature', 'v=AAAAtRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=', 'unverified'],
    ['no signature', 'x=1', 'unverified'],
    ['an error', 'e=invalid-proof', 'rejected'],
  ])('a server that ends with %s is not believed', async (_name, end, failure) => {
    const talk = scramConversation('sha256', 'user', 'pencil', 'nonce')
    talk.start()
    await talk.step(Buffer.from('r=nonceX,s=QSXCR+Q6sek8bf92,i=4096'))
    await expect(talk.step(Buffer.from(end))).rejects.toBeInstanceOf(SaslError)
    await expect(talk.step(Buffer.from(end))).rejects.toMatchObject({ failure })
    expect(talk.complete).toBe(false)
  })
})

it('PLAIN sends name and password between NULs', async () => {
  const talk = plainConversation('用户', 'p w')
  expect(text(talk.start())).toBe('\0用户\0p w')
  expect(await talk.step(Buffer.alloc(0))).toBeNull()
  expect(talk.complete).toBe(true)
})

describe('SASLprep', () => {
  it.each([
    ['RFC 4013 §3: soft hyphen vanishes', 'I\u00adX', 'IX'],
    ['§3: no change', 'user', 'user'],
    ['§3: case stays', 'USER', 'USER'],
    ['§3: NFKC of ª', '\u00aa', 'a'],
    ['§3: NFKC of Ⅸ', '\u2168', 'IX'],
    ['§3: control characters are refused', '\u0007', null],
    ['§3: mixed directions are refused', '\u0627\u0031', null],
    ['other spaces become spaces', 'a\u00a0b\u3000c', 'a b c'],
    ['right to left alone is fine', '\u0627\u0031\u0628', '\u0627\u0031\u0628'],
    ['private use is refused', 'a\ue000', null],
    ['half a character is refused', 'a\ud800', null],
    ['Chinese and emoji stay', '电池🔋', '电池🔋'],
  ])('%s', (_name, given, expected) => {
    expect(saslPrepare(given)).toBe(expected)
  })
})
