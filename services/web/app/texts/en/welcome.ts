export const welcome = {
  title: 'Who is at the gate?',
  lead: 'The chat that belongs to an order',
  text: 'A customer buys from a farm, and both get one place to agree on the delivery. Open this window as one of them, and a second window as the other.',
  customer: 'I am buying',
  farmer: 'I am selling',
  as: (name: string) => `Come in as ${name}`,
  second: (name: string) => `Second window as ${name}`,
  others: 'Or somebody else',
}
