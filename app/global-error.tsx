'use client'
/**
 * The last resort: the frame itself could not be made, so nothing of it can be relied on, the reader's language
 * included. Both languages stand here, and whoever wants to try again loads the page anew.
 */
import './globals.css'
import { useEffect, useState } from 'react'

const WORDS = [
  {
    lang: 'en',
    title: 'Snapwarden could not be shown',
    text: 'Your hypervisors are not affected.',
    again: 'Try again',
    reference: 'Reference',
  },
  {
    lang: 'zh-CN',
    title: '无法显示 Snapwarden',
    text: '虚拟化平台不受影响。',
    again: '重试',
    reference: '参考号',
  },
] as const

export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  useEffect(() => console.error('The frame could not be shown', error), [error])
  // The page being replaced still wears the theme a person chose.
  const [theme] = useState(() => (typeof document === 'undefined' ? undefined : document.documentElement.dataset.theme))
  const digest = error instanceof Error && 'digest' in error ? error.digest : undefined
  return (
    <html lang="en" data-theme={theme}>
      <body>
        <title>Snapwarden</title>
        <main className="min-h-dvh grid place-content-center gap-6 p-6">
          {WORDS.map(({ lang, title, text, again, reference }) => (
            <section key={lang} lang={lang} className="sw-note sw-note-critical">
              <div className="sw-note-body">
                <h1 className="sw-note-title">{title}</h1>
                <p className="sw-note-text">{text}</p>
                <div className="sw-note-actions">
                  <button type="button" className="sw-btn sw-btn-sm" onClick={retry}>
                    {again}
                  </button>
                  {typeof digest === 'string' && (
                    <span className="text-12 text-text-3">
                      {reference} {digest}
                    </span>
                  )}
                </div>
              </div>
            </section>
          ))}
        </main>
      </body>
    </html>
  )
}
