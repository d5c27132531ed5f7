import { expect, test } from 'vitest'
import { choosePhotos, MAX_PHOTOS } from './chosen-photos.ts'

const photo = (size = 1, type = 'image/jpeg') => ({ size, type })
const photos = (count: number) => Array.from({ length: count }, () => photo())

test('photos are added after those chosen before', () => {
  const [first, second] = [photo(1), photo(2)]
  expect(choosePhotos([first], [second])).toEqual({ chosen: [first, second], refused: [] })
})

test('ten are taken, more are refused once', () => {
  const { chosen, refused } = choosePhotos(photos(8), photos(5))
  expect(chosen).toHaveLength(MAX_PHOTOS)
  expect(refused).toEqual(['too_many'])
})

test('what is no photo and what is too large stays out, the others are taken', () => {
  const given = [photo(1, 'image/svg+xml'), photo(10 * 1024 * 1024 + 1), photo(10 * 1024 * 1024), photo(1, '')]
  expect(choosePhotos([], given)).toEqual({ chosen: [given[2]], refused: ['not_a_photo', 'too_large'] })
})
