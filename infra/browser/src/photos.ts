import path from 'node:path'

const FOLDER = path.resolve(import.meta.dirname, '../../demo/photos')

/** The path of one of the demo's photos. */
export const photo = (name: 'crate.jpg' | 'scale.jpg'): string => path.join(FOLDER, name)
