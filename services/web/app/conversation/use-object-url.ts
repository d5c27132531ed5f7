import { useEffect, useState } from 'react'

/** A URL that shows the file for as long as this is mounted; without one the browser would hold the file for ever. */
export function useObjectUrl(file: Blob): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return url
}
