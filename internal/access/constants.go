package access

import (
	"maps"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
)

// constants are the names of values, by their types. The zero constants has none.
type constants struct {
	some atomic.Bool // there are some, here or in Options
	mu   sync.RWMutex
	of   map[reflect.Type]valueNames
}

// valueNames is the names of a type.
type valueNames struct {
	*inspect.Constants
	by NamedBy
}

// NamedBy is who named the values of a type. What one of them says goes before what those above it say.
type NamedBy int

const (
	ByBinary NamedBy = iota // its debug information
	BySource                // a file that was made of the source, with a part of the names in each
	ByAuthor                // the application's author
)

// set sets the names of a type, or adds some.
func (c *constants) set(n valueNames) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := n.Type()
	switch was := c.of[t]; {
	case was.Constants == nil:
	case was.by > n.by:
		return
	case was.by == BySource && n.by == BySource:
		n.Constants = was.And(n.Constants)
	}
	if c.of == nil {
		c.of = make(map[reflect.Type]valueNames)
	}
	c.of[t] = n
	c.some.Store(true)
}

// join adds those of more, which nobody else has.
func (c *constants) join(more *constants) {
	for _, n := range more.of {
		c.set(n)
	}
	if more.some.Load() { // of one object
		c.some.Store(true)
	}
}

// dropFound drops what the application did not say.
func (c *constants) dropFound() {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.of, func(_ reflect.Type, n valueNames) bool { return n.by == ByBinary })
	c.some.Store(len(c.of) > 0)
}

// get returns those of t, nil if there are none.
func (c *constants) get(t reflect.Type) *inspect.Constants {
	if t == nil || !c.some.Load() {
		return nil
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.of[t].Constants
}

// SetConstants has values of a type shown with their names, in place of those that the same or a lesser
// said before. What BySource says in several calls adds up.
func (o *Objects) SetConstants(c *inspect.Constants, by NamedBy) { o.constants.set(valueNames{c, by}) }

// HasConstants reports whether any type has names of its values.
func (vis *Visit) HasConstants() bool { return vis.objects.constants.some.Load() }

// Constants returns the names that integers of v's type have, behind pointers, and nil if they have
// none. It reads nothing: what an interface holds is not known.
func (v *View) Constants() *inspect.Constants {
	if !v.visit.objects.constants.some.Load() {
		return nil
	}
	t := v.val.Type()
	for range maxHops {
		if t == nil || t.Kind() != reflect.Pointer {
			break
		}
		t = t.Elem()
	}
	return v.constantsOf(t)
}

// constantsOf returns the names of values of type t where v lies.
func (v *View) constantsOf(t reflect.Type) *inspect.Constants {
	if c := v.policy.constants; c != nil && c.Type() == t {
		return c
	}
	return v.visit.objects.constants.get(t)
}

// KeyConstants returns those that the keys of the map v have.
func (v *View) KeyConstants() *inspect.Constants {
	if t := v.val.Type(); t != nil && t.Kind() == reflect.Map {
		return v.visit.objects.constants.get(t.Key())
	}
	return nil
}

// constant returns what the name of a constant stands for where v is the map in which it is looked up:
// key itself if the keys have no names.
func (m mapView) constant(key any) (any, error) {
	name, ok := key.(string)
	t := m.keyType()
	if !ok || redact.LooksSecret(key) {
		return key, nil
	}
	c := m.visit.objects.constants.get(t)
	if c == nil {
		return key, nil
	}
	d, ok := c.Datum(name)
	if !ok {
		return nil, &TypeError{Path: m.Path(), Type: inspect.TypeName(m.val.Type()), Why: "has no such keys: " + c.Missing(name)}
	}
	return d.Plain(), nil
}
