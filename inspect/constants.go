package inspect

import (
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Constants are the names of values of an integer type. They do not change, and may be used by several
// goroutines. A nil *Constants has no names.
type Constants struct {
	typ    reflect.Type
	byBits map[uint64]string // the first name of each value
	byName map[string]uint64
	names  []string // sorted
	// flags says that each value is a single bit, so that others are made of several.
	flags bool
}

// NewConstants returns the names of values of type t, an integer type: the bits of each are those of the
// value in two's complement, as in a Datum. Where two names have one value the first is shown. A
// Stringer of the type is not called. It is an error if t is no such type, or a name is empty.
func NewConstants(t reflect.Type, names map[string]uint64) (*Constants, error) {
	if t == nil || t.Kind() < reflect.Int || t.Kind() > reflect.Uintptr {
		return nil, fmt.Errorf("%v is no integer type", t)
	}
	if len(names) == 0 {
		return nil, errors.New("there are no names")
	}
	c := &Constants{typ: t, byBits: make(map[uint64]string, len(names)), byName: make(map[string]uint64, len(names)), flags: true}
	for name, x := range names {
		if name == "" {
			return nil, errors.New("a name is empty")
		}
		c.byName[name] = x
		c.names = append(c.names, name)
	}
	slices.Sort(c.names)
	for _, name := range c.names {
		x := c.byName[name]
		if _, ok := c.byBits[x]; !ok {
			c.byBits[x] = name
		}
		c.flags = c.flags && bits.OnesCount64(x) == 1
	}
	return c, nil
}

// Name returns the name of x, an integer as Scalar returns it: that of the constant, or those of several
// bits, joined by |, if every constant is a single bit. It is "" if x has no name.
func (c *Constants) Name(x any) string {
	if c == nil {
		return ""
	}
	switch x := x.(type) {
	case int:
		return c.nameOf(uint64(int64(x)))
	case int64:
		return c.nameOf(uint64(x))
	case uint64:
		return c.nameOf(x)
	}
	return ""
}

func (c *Constants) nameOf(x uint64) string {
	if name, ok := c.byBits[x]; ok || !c.flags {
		return name
	}
	var all []string
	for rest := x; rest != 0; rest &= rest - 1 {
		name, ok := c.byBits[rest&-rest]
		if !ok {
			return ""
		}
		all = append(all, name)
	}
	return strings.Join(all, "|")
}

// Datum returns the value that has a name, or the names of several bits joined by |.
func (c *Constants) Datum(name string) (d Datum, ok bool) {
	if c == nil {
		return d, false
	}
	d.Kind = IntDatum
	if c.typ.Kind() >= reflect.Uint {
		d.Kind = UintDatum
	}
	if d.Bits, ok = c.byName[name]; ok || !c.flags {
		return d, ok
	}
	for part := range strings.SplitSeq(name, "|") {
		bit, ok := c.byName[strings.TrimSpace(part)]
		if !ok {
			return Datum{}, false
		}
		d.Bits |= bit
	}
	return d, true
}

// Type returns the type that has the names; nil of a nil *Constants.
func (c *Constants) Type() reflect.Type {
	if c == nil {
		return nil
	}
	return c.typ
}

// And returns the names of both c and more, which are of one type. A name that both have is that of more.
func (c *Constants) And(more *Constants) *Constants {
	all := maps.Clone(c.byName)
	maps.Copy(all, more.byName)
	both, _ := NewConstants(c.typ, all) // which has no errors that the two have not
	return both
}

// maxListed bounds the names that an error lists.
const maxListed = 8

// Missing says that no value has that name, and which names are near or else there at all.
func (c *Constants) Missing(name string) string {
	why := fmt.Sprintf("%s has no constant %s", TypeName(c.typ), text.Quote(text.Cut(name, 60)))
	if near := text.Near(name, c.names); near != "" {
		return why + "; did you mean " + text.Quote(near) + "?"
	}
	if len(c.names) <= maxListed {
		return why + "; it has " + strings.Join(c.names, ", ")
	}
	return why
}

// Names returns the names, sorted. The result must not be changed.
func (c *Constants) Names() []string {
	if c == nil {
		return nil
	}
	return c.names
}
