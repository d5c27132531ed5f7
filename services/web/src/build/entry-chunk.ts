/** What of rolldown's graph is asked here. */
type Graph = { getModuleInfo: (id: string) => { isEntry: boolean; importers: readonly string[] } | null }

/**
 * Keeps what the entry imports in one file: a part of it that a screen imports, too, would become a file of its own, which
 * is loaded just as early and packs worse (by 1 KB). Gives a group for rolldown's code splitting.
 */
export function entryChunk() {
  const known = new Map<string, boolean>()
  const isOfEntry = (id: string, graph: Graph): boolean => {
    const before = known.get(id)
    if (before !== undefined) return before
    // In a circle, the way round leads nowhere new.
    known.set(id, false)
    const info = graph.getModuleInfo(id)
    const is = info !== null && (info.isEntry || info.importers.some((from) => isOfEntry(from, graph)))
    known.set(id, is)
    return is
  }
  return { debugName: 'entry', name: (id: string, graph: Graph) => (isOfEntry(id, graph) ? 'index' : null) }
}
