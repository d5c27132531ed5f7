import { AwsV4Signer } from 'aws4fetch'
import { expect, it } from 'vitest'

/*
 * The signatures that Amazon publishes for S3 ("Signature Calculations for the Authorization Header", examples). They
 * are checked against the client that the S3 store signs with, since the S3 server of its tests takes any signature.
 */

const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const BUCKET = 'https://examplebucket.s3.amazonaws.com'
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const examples: { what: string; method?: string; url: string; headers: Record<string, string>; signature: string }[] = [
  {
    what: 'GET an object, a range of it',
    url: `${BUCKET}/test.txt`,
    headers: { range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    what: 'PUT an object',
    method: 'PUT',
    url: `${BUCKET}/test$file.text`,
    headers: {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    },
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    what: 'GET a list of objects',
    url: `${BUCKET}/?max-keys=2&prefix=J`,
    headers: { 'x-amz-content-sha256': EMPTY },
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
]

it.each(examples)('$what', async ({ method = 'GET', url, headers, signature }) => {
  const signer = new AwsV4Signer({
    ...KEYS,
    method,
    url,
    headers,
    service: 's3',
    region: 'us-east-1',
    datetime: '20130524T000000Z',
    // The examples sign Range and Date too, which the client leaves to the transport by default.
    allHeaders: true,
  })
  const signed = await signer.sign()
  expect(signed.headers.get('authorization')).toContain(`Signature=${signature}`)
})
