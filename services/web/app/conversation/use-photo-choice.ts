import { type DragEvent, useState } from 'react'
import { choosePhotos, type PhotoRefusal } from './chosen-photos.ts'

export type PhotoChoice = ReturnType<typeof usePhotoChoice>

/** The photos of the message being written, however they come: picked, pasted, or dropped on the conversation. */
export function usePhotoChoice() {
  const [photos, setPhotos] = useState<readonly File[]>([])
  const [refused, setRefused] = useState<readonly PhotoRefusal[]>([])
  const [isOver, setOver] = useState(false)

  const add = (files: Iterable<File>) => {
    const choice = choosePhotos(photos, [...files])
    setPhotos(choice.chosen)
    setRefused(choice.refused)
  }
  const remove = (photo: File) => {
    setPhotos(photos.filter((chosen) => chosen !== photo))
    setRefused([])
  }
  const clear = () => {
    setPhotos([])
    setRefused([])
  }
  const dropTarget = {
    onDragOver: (event: DragEvent) => {
      if (!bringsFiles(event)) return
      event.preventDefault()
      setOver(true)
    },
    onDragLeave: (event: DragEvent) => {
      const goesDeeper = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)
      if (!goesDeeper) setOver(false)
    },
    onDrop: (event: DragEvent) => {
      if (!bringsFiles(event)) return
      event.preventDefault()
      setOver(false)
      add(event.dataTransfer.files)
    },
  }
  return { photos, refused, isOver, add, remove, clear, restore: setPhotos, dropTarget }
}

/** Text that is dragged goes where it is dropped, as ever. */
const bringsFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')
