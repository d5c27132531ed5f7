/**
 * The rows in view, and the one that has the focus wherever it is: taken out of the page, it would take the focus with it.
 * Ascending, as they stand in the page.
 */
export function drawnRows(inView: readonly number[], focused: number | undefined, count: number): number[] {
  if (focused === undefined || !(focused < count) || inView.includes(focused)) return [...inView]
  return [...inView, focused].sort((a, b) => a - b)
}
