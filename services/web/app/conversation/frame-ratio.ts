/** Between a tall phone's picture and a wide one; beyond, the frame cuts what the viewer shows in full. */
const TALLEST = 3 / 4
const WIDEST = 16 / 9

/** Width by height of the frame for a photo; before its size is known, that of most cameras. */
export function frameRatio(size: { width: number; height: number } | undefined): number {
  if (!size || size.width <= 0 || size.height <= 0) return 4 / 3
  return Math.min(WIDEST, Math.max(TALLEST, size.width / size.height))
}
