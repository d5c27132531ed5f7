import { z } from 'zod'

/**
 * Every error code that leaves Farmgate, with its HTTP status and title.
 * On a socket the same codes stand in `{"type":"error","code"}`. A code, once published, keeps its meaning.
 */
export const errorCodes = {
  // 400: malformed or not matching the schema
  bad_request: { status: 400, title: 'The request is malformed' },
  invalid_body: { status: 400, title: 'The body does not match its schema' },
  invalid_query: { status: 400, title: 'The query does not match its schema' },
  invalid_path: { status: 400, title: 'The path does not match its schema' },
  invalid_header: { status: 400, title: 'A header does not match its schema' },
  bad_image: { status: 400, title: 'The image is broken or not complete' },
  invalid_cursor: { status: 400, title: 'The cursor was not made by this list' },
  bad_frame: { status: 400, title: 'The frame does not match its schema' },
  // 401: no or bad token
  unauthorized: { status: 401, title: 'A valid bearer token is required' },
  // 403: a known thing that the caller may not touch
  forbidden: { status: 403, title: 'You may not do this' },
  not_the_customer: { status: 403, title: 'Only the customer may check out' },
  not_the_farmer: { status: 403, title: 'Only the farmer may change the order status' },
  not_the_sender: { status: 403, title: 'Only its sender may change a message' },
  system_message: { status: 403, title: 'A system message is neither edited nor deleted' },
  service_only: { status: 403, title: 'Only the marketplace may do this' },
  origin_not_allowed: { status: 403, title: 'This origin may not connect' },
  // 404: not there, or not the caller's to know about
  not_found: { status: 404, title: 'There is nothing here' },
  unknown_room: { status: 404, title: 'There is no such room for you' },
  unknown_message: { status: 404, title: 'There is no such message for you' },
  unknown_image: { status: 404, title: 'There is no such image for you' },
  unknown_user: { status: 404, title: 'The catalog has no such user' },
  product_not_found: { status: 404, title: 'The catalog has no such product' },
  method_not_allowed: { status: 405, title: 'This method is not answered here' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  // 409: conflicts with the state
  illegal_transition: { status: 409, title: 'The order status cannot take this step' },
  edit_window_over: { status: 409, title: 'A message can be edited for 15 minutes' },
  image_used: { status: 409, title: 'The image is in a message already' },
  message_deleted: { status: 409, title: 'The message has been deleted' },
  // 413, 415: what is too much, and what is not taken
  image_too_large: { status: 413, title: 'An image has at most 10 MiB' },
  too_many_pixels: { status: 413, title: 'An image has at most 40 megapixels' },
  unsupported_image: { status: 415, title: 'An image is JPEG, PNG, WebP, GIF or AVIF' },
  // 413, 415, 416, 426, 431: the transport
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'This content type or encoding is not taken' },
  range_not_satisfiable: { status: 416, title: 'There are no such bytes' },
  upgrade_required: { status: 426, title: 'This path speaks WebSocket' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  // 422: understood, but refused by a rule of the domain
  same_party: { status: 422, title: 'Customer and farmer must differ' },
  unknown_product: { status: 422, title: 'The catalog has no such product' },
  not_the_farmers_product: { status: 422, title: 'The product belongs to another farmer' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used for another body' },
  // 429 and 503: later, with Retry-After
  rate_limited: { status: 429, title: 'Too many requests' },
  image_quota: { status: 429, title: 'No more images today' },
  overloaded: { status: 503, title: 'Too much is waiting' },
  unavailable: { status: 503, title: 'A dependency is away' },
  // 500: a bug of ours, logged once
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof errorCodes

/** The body of every error: RFC 9457 `application/problem+json`, with our stable `code`. */
export const problem = z
  .object({
    type: z.string().meta({ description: 'A URI reference of the problem type: `/problems/{code}`' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    current: z.string().nullable().optional().meta({ description: 'With `illegal_transition`: the status now' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' })
export type Problem = z.infer<typeof problem>
