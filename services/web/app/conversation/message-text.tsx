import { textParts } from './links.ts'

/**
 * What somebody wrote, as text; only links of the web can be followed, and those tell nobody where one comes from. `auto`
 * gives each text its own direction and keeps what it does with it inside.
 */
export function MessageText({ text }: { text: string }) {
  return (
    <p className="message-text" dir="auto">
      {textParts(text).map((part, index) =>
        part.href === undefined ? (
          part.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other name than their place
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {part.text}
          </a>
        ),
      )}
    </p>
  )
}
