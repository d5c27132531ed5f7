import { useTexts } from '../texts/texts.ts'

/** Keeps its place when nobody types, so that nothing moves. It is not read aloud: it would talk without end. */
export function TypingLine({ isTyping, name }: { isTyping: boolean; name: string }) {
  const { conversation } = useTexts()
  return (
    <p className="typing-line">
      {isTyping && (
        <>
          {conversation.typing(name)}
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
        </>
      )}
    </p>
  )
}
