/** What a token says; the same words stand in README.md and in both kinds of documents. */
export const TOKEN_CLAIMS =
  'Claims: `sub` (the user id: 1 to 64 of `A-Z a-z 0-9 _ . : -`) and `exp` are required; `nbf` is checked where it is ' +
  'there, `iss` and `aud` where `JWT_ISSUER` and `JWT_AUDIENCE` are set; `name` is shown where the catalog knows none; ' +
  '`role: "service"` is the marketplace’s own backend. Signed by `JWT_SECRET` (HS256) or a key of `JWKS_URL` (RS256, ' +
  'ES256, EdDSA).'
