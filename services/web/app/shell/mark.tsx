/** Our sign: two leaves at a gate post. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="#3d6832" />
    <path d="M16 25V13" stroke="#faf6ee" strokeWidth="2.4" strokeLinecap="round" />
    <path d="M16 16c-5.6 0-8.3-3-8.3-8.3C13.3 7.7 16 10.4 16 16Z" fill="#faf6ee" />
    <path d="M16 20.5c0-4.4 2.6-7 8.2-7 0 4.6-2.7 7-8.2 7Z" fill="#f2b79b" />
  </svg>
)
