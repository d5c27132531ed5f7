/** What the demo's market serves at /demo/market/, and what its shop shows. Ids are the marketplace's own. */
export type DemoMarket = { farms: DemoFarm[]; customers: DemoPerson[]; products: DemoProduct[] }

export type DemoPerson = { user_id: string; name: string; avatar_url: string }

export type DemoFarm = DemoPerson & {
  /** Where it is, and what it is known for. */
  place: string
  story: string
  /** A view of it, wide. */
  picture_url: string
}

export type DemoProduct = {
  product_id: string
  farmer_id: string
  name: string
  /** null: sold by the piece. */
  unit: string | null
  /** Of one unit, in cents of a euro. Only the shop knows prices: they are no part of an order here. */
  price_cents: number
  /** The smallest part of a unit that is sold. */
  step: number
  note: string
  image_url: string
}

const picture = (name: string) => `/demo/pictures/${name}.svg`

/** A market to look around in: three farms, eight products, three customers. URLs are paths of the one origin. */
export const demoMarket: DemoMarket = {
  farms: [
    {
      user_id: 'farm-lindenhof',
      name: 'Lindenhof Farm',
      avatar_url: picture('lindenhof-face'),
      place: 'Lindenau, 12 km',
      story: 'Vegetables from open fields and old glasshouses, picked on the morning of the market.',
      picture_url: picture('lindenhof'),
    },
    {
      user_id: 'farm-hillside',
      name: 'Hillside Orchard',
      avatar_url: picture('hillside-face'),
      place: 'Obergrund, 18 km',
      story: 'Tall old apple and pear trees on a south slope, and the bees that belong to them.',
      picture_url: picture('hillside'),
    },
    {
      user_id: 'farm-three-brooks',
      name: 'Three Brooks Dairy',
      avatar_url: picture('three-brooks-face'),
      place: 'Dreibach, 9 km',
      story: 'Twenty-two cows, forty goats, and a cheese cellar under the house.',
      picture_url: picture('three-brooks'),
    },
  ],
  customers: [
    { user_id: 'customer-ada', name: 'Ada Okafor', avatar_url: picture('ada') },
    { user_id: 'customer-jonas', name: 'Jonas Weber', avatar_url: picture('jonas') },
    { user_id: 'customer-mei', name: 'Mei Tanaka', avatar_url: picture('mei') },
  ],
  products: [
    {
      product_id: 'tomatoes-heirloom',
      farmer_id: 'farm-lindenhof',
      name: 'Heirloom Tomatoes',
      unit: 'kg',
      price_cents: 480,
      step: 0.5,
      note: 'Six old kinds in one crate: red, yellow, striped. Soft, so come with a basket.',
      image_url: picture('tomatoes'),
    },
    {
      product_id: 'potatoes-new',
      farmer_id: 'farm-lindenhof',
      name: 'New Potatoes',
      unit: 'kg',
      price_cents: 260,
      step: 0.5,
      note: 'Dug this week, skins like paper. Wash them, do not peel them.',
      image_url: picture('potatoes'),
    },
    {
      product_id: 'eggs-free-range',
      farmer_id: 'farm-lindenhof',
      name: 'Free-range Eggs',
      unit: 'dozen',
      price_cents: 590,
      step: 0.5,
      note: 'From a hundred hens under the lime trees. Bring the box back, please.',
      image_url: picture('eggs'),
    },
    {
      product_id: 'apples-boskoop',
      farmer_id: 'farm-hillside',
      name: 'Boskoop Apples',
      unit: 'kg',
      price_cents: 320,
      step: 0.5,
      note: 'Rough skin, sharp and sweet. The apple for baking, and it keeps until March.',
      image_url: picture('apples'),
    },
    {
      product_id: 'juice-pear',
      farmer_id: 'farm-hillside',
      name: 'Cloudy Pear Juice',
      unit: 'l',
      price_cents: 380,
      step: 1,
      note: 'Pressed once, heated gently, nothing added.',
      image_url: picture('pear-juice'),
    },
    {
      product_id: 'honey-linden',
      farmer_id: 'farm-hillside',
      name: 'Linden Honey',
      unit: 'jar',
      price_cents: 850,
      step: 1,
      note: 'One summer, one avenue of lime trees. Light, with a touch of mint.',
      image_url: picture('honey'),
    },
    {
      product_id: 'milk-raw',
      farmer_id: 'farm-three-brooks',
      name: 'Fresh Milk',
      unit: 'l',
      price_cents: 165,
      step: 1,
      note: 'Filled at six in the morning. The cream rises by noon.',
      image_url: picture('milk'),
    },
    {
      product_id: 'cheese-goat',
      farmer_id: 'farm-three-brooks',
      name: 'Goat Cheese',
      unit: null,
      price_cents: 720,
      step: 1,
      note: 'A small round, three weeks in the cellar. Mild, and a little nutty.',
      image_url: picture('goat-cheese'),
    },
  ],
}
