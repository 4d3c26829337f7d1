package inspect

import (
	"fmt"
	"reflect"

	"github.com/sightglass-go/sightglass/internal/text"
)

// A list.List and a ring.Ring are chains: each link points at the next. They are shown as lists.
var _ = addLens(
	chainLens("container/list.List", "root len", fitList),
	chainLens("container/ring.Ring", "next Value", fitLinks),
)

func chainLens(name, fields string, fit func(*space, reflect.Type, *lens) bool) lensRow {
	return lensRow{name: name, fields: fields, shape: List, fit: fit, collection: &collection{
		len:    Value.chainLen,
		index:  Value.chainIndex,
		walker: func() walker { return &chainWalk{} },
	}}
}

func fitList(s *space, t reflect.Type, l *lens) bool {
	root, _ := t.FieldByName("root")
	return fitLinks(s, root.Type, l)
}

// fitLinks reports whether t is the type of the links of a chain.
func fitLinks(s *space, t reflect.Type, _ *lens) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	next, ok := t.FieldByName("next")
	_, ok2 := t.FieldByName("Value")
	return ok && ok2 && next.Type.Kind() == reflect.Pointer && next.Type.Elem() == t
}

// maxChained is how many links of a chain are followed at once, under whatever guard there is, in
// some ten microseconds.
const maxChained = 4096

// chain is a position in a chain.
type chain struct {
	probe
	end   uintptr // the address at which the chain closes
	link  Value   // the next link; the zero Value at the end
	fresh bool    // no link was handed out yet; the first link of a ring is its end, too

	// Where the chain was after so many links, and when to note that again. This is R. P. Brent's
	// way to find a circle: links in a circle that misses the chain's end would be followed for
	// ever.
	noted     uintptr
	out, note int
}

// begin goes to the first link of a chain.
func (c *chain) begin(v Value) {
	c.link = v
	if root := c.field(v, "root"); root.IsValid() {
		c.end = root.ref.Addr()
		if c.link = c.target(c.field(root, "next")); c.link.ref.Addr() == c.end {
			c.link = Value{}
		}
		return
	}
	c.end, c.fresh = v.ref.Addr(), true
}

// next returns the value in the next link; ok is false at the end, and after an error.
func (c *chain) next() (elem Value, ok bool) {
	if c.err != nil || !c.link.IsValid() {
		return Value{}, false
	}
	elem = c.field(c.link, "Value")
	to := c.target(c.field(c.link, "next"))
	switch {
	case c.err != nil:
		return Value{}, false
	case !to.IsValid() && !c.fresh:
		// A removed link leads nowhere.
		c.err = fmt.Errorf("a link of the %v was removed: %w", c.link.typ, ErrTorn)
		return Value{}, false
	case !to.IsValid(), to.ref.Addr() == c.end:
		to = Value{}
	case to.ref.Addr() == c.noted:
		c.err = fmt.Errorf("the links of the %v form a circle that misses its beginning: %w", c.link.typ, ErrTorn)
		return Value{}, false
	}
	if c.out++; to.IsValid() && c.out >= c.note {
		c.noted, c.note = to.ref.Addr(), 2*c.out
	}
	c.link, c.fresh = to, false
	return elem, true
}

// chainLen returns the length of a chain. A list records it; a ring is walked.
func (v Value) chainLen() (int, error) {
	var c chain
	if n := c.field(v, "len"); n.IsValid() {
		u, _, err := n.ref.Uint(n.typ.Size())
		return int(u), err
	}
	c.begin(v)
	n := 0
	for ; n <= maxChained; n++ {
		if _, ok := c.next(); !ok {
			return n, c.err
		}
	}
	return 0, fmt.Errorf("a ring of more than %s: walk it, as in count(x, true)", text.Thousands(maxChained))
}

// chainIndex returns element i of a chain.
func (v Value) chainIndex(i int) (Value, error) {
	if i > maxChained {
		return Value{}, fmt.Errorf("element %s of a %v is too far from its beginning to look up: take a part, as in x[%d:%d]", text.Thousands(i), v.typ, i, i+1)
	}
	var c chain
	c.begin(v)
	for n := 0; ; n++ {
		elem, ok := c.next()
		switch {
		case c.err != nil:
			return Value{}, c.err
		case !ok || i < 0:
			return Value{}, outOfRange(i, n)
		case n == i:
			return elem, nil
		}
	}
}
