import './avatar.css'

/** A face beside its name, which says who it is; the first letters where there is no picture. */
export function Avatar({ name, url }: { name: string; url: string | null }) {
  return (
    <span className="avatar" aria-hidden="true">
      {url === null ? initials(name) : <img src={url} alt="" width="96" height="96" />}
    </span>
  )
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase()
