/** The server forgets after 6 s that somebody types: said again in time, and not more often. */
const AGAIN_MS = 3_000

/** Says that one types, as rarely as it takes. */
export function typist(say: (isTyping: boolean) => boolean): (isTyping: boolean) => void {
  let said = false
  let saidAt = 0
  return (isTyping) => {
    const now = Date.now()
    if (isTyping ? said && now - saidAt < AGAIN_MS : !said) return
    if (!say(isTyping)) return
    said = isTyping
    saidAt = now
  }
}
