export const welcome = {
  title: 'welcome',
}
