package shop

// Category is a node of the catalog. Children point back to their parents, so the tree has cycles.
type Category struct {
	name     string
	parent   *Category
	children []*Category
	products []*Product
}

// Product is something to buy.
type Product struct {
	sku   string
	name  string
	price float64
	tags  []string
	in    *Category
}

func newCatalog() *Category {
	next := 0
	stock := func(c *Category, names ...string) {
		for _, name := range names {
			c.products = append(c.products, &Product{
				sku: stockNumber(next), name: name, price: float64(5+7*next) - 0.01,
				tags: []string{c.parent.name, c.name}, in: c,
			})
			next++
		}
	}
	root := &Category{name: "everything"}
	kitchen := root.add("kitchen")
	stock(kitchen.add("tea"), "teapot", "kettle", "strainer")
	stock(kitchen.add("coffee"), "grinder", "press")
	house := root.add("house")
	stock(house.add("light"), "lamp", "candle")
	return root
}

func (c *Category) add(name string) *Category {
	child := &Category{name: name, parent: c}
	c.children = append(c.children, child)
	return child
}
