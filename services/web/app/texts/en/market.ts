export const market = {
  title: 'market',
}
