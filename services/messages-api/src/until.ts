/** Tells whether `ms` milliseconds from now are still to come. */
export function until(ms: number): () => boolean {
  const end = performance.now() + ms
  return () => performance.now() < end
}
