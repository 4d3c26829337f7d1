package eval

import (
	"math"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
)

// anyMap is a map that an expression made, with keys of any kind: what filter and take keep of a map,
// and what groupBy and fromPairs make. It is walked in the order of its keys; keys without an order
// (structs, lists, pointers, what is redacted) come last, as they came.
type anyMap struct {
	keys, values []any
	at           map[any]int // by mapKey
	others       []int       // keys that have no mapKey
	typ          string      // the Go type of the map that it is a part of, "" for none
}

func newAnyMap() *anyMap { return &anyMap{at: map[any]int{}} }

// find is the position of a key. Keys are equal as with ==, and NaN is the same as itself.
func (m *anyMap) find(f *frame, key any) (i int, found bool, err error) {
	k, simple, err := f.mapKey(key)
	if err != nil {
		return 0, false, err
	}
	if simple {
		i, found = m.at[k]
		return i, found, nil
	}
	for _, i := range m.others {
		if err := refuse(m.keys[i]); err != nil {
			return 0, false, err
		}
		if same, _, err := f.same(key, m.keys[i], 0); same || err != nil {
			return i, same, err
		}
	}
	return 0, false, nil
}

// add adds an entry whose key is not there yet. Both are to be held.
func (m *anyMap) add(f *frame, key, value any) error {
	if err := f.m.Keep(4 * wordsKept); err != nil {
		return err
	}
	if k, simple, err := f.mapKey(key); simple && err == nil {
		m.at[k] = len(m.keys)
	} else {
		m.others = append(m.others, len(m.keys))
	}
	m.keys, m.values = append(m.keys, key), append(m.values, value)
	return nil
}

// sorted puts the entries into the order of their keys.
func (m *anyMap) sorted(f *frame) (*anyMap, error) {
	entries := make([]any, len(m.keys))
	for i := range entries {
		entries[i] = i
	}
	entries, err := f.sorted(entries, m.keys, f.keyOrder)
	if err != nil {
		return nil, err
	}
	keys, values, to := make([]any, len(entries)), make([]any, len(entries)), make([]int, len(entries))
	for n, i := range entries {
		if err := f.m.tick(1); err != nil {
			return nil, err
		}
		i := i.(int)
		keys[n], values[n], to[i] = m.keys[i], m.values[i], n
	}
	m.keys, m.values = keys, values
	for k, i := range m.at {
		if err := f.m.tick(1); err != nil {
			return nil, err
		}
		m.at[k] = to[i]
	}
	for n, i := range m.others {
		m.others[n] = to[i]
	}
	return m, nil
}

// part collects the entries lo, lo+1, … hi-1 of a map, in the order of its walk.
func (f *frame) part(m any, lo, hi int) (*anyMap, error) {
	d := newAnyMap()
	d.typ = mapType(m)
	if lo >= hi {
		return d, nil
	}
	err := f.each(m, false, func(i int, key, elem any) (bool, error) {
		if i < lo {
			return true, nil
		}
		k, err := f.hold(key)
		if err != nil {
			return false, err
		}
		x, err := f.hold(elem)
		if err != nil {
			return false, err
		}
		err = d.add(f, k, x)
		return i+1 < hi, err
	})
	if err != nil {
		return nil, err
	}
	return d.sorted(f)
}

// mapType is the Go type of a map of the application, or of what is left of one.
func mapType(m any) string {
	switch m := m.(type) {
	case *anyMap:
		return m.typ
	case *pipe:
		return m.typ
	case *snapshot:
		return m.node.Type
	case *access.View:
		target, _, err := resolve(m)
		if err != nil || target == nil || target.Value().Type().Kind() != reflect.Map {
			return ""
		}
		return inspect.TypeName(target.Value().Type())
	}
	return ""
}

// hashed counts the work that a text is as the key of a map: it is hashed, and compared.
func (f *frame) hashed(key string) error {
	if len(key) < maxHead {
		return nil
	}
	return f.m.tick(len(key) / bytesPerStep)
}

type nanKey struct{}

// mapKey is what equal keys have in common: numbers that are equal are one key, and so are times. simple is
// false for what has to be compared with each other key. It is an error for what is redacted, or too long to be copied.
func (f *frame) mapKey(key any) (k any, simple bool, err error) {
	if err := unfit(key); err != nil {
		return nil, false, err
	}
	switch k := key.(type) {
	case string:
		return key, true, f.hashed(k)
	case nil, bool, time.Duration:
		return key, true, nil
	case time.Time:
		return k.Round(0).UTC(), true, nil
	}
	n, ok := number.Of(key)
	if !ok {
		return nil, false, nil
	}
	if i, whole := n.Int(); whole {
		return i, true, nil
	}
	switch {
	case math.IsNaN(n.F):
		return nanKey{}, true, nil
	case n.IsFloat && n.F == math.Trunc(n.F) && n.F >= 0 && n.F < 1<<64:
		return uint64(n.F), true, nil
	}
	k, _ = n.Value()
	return k, true, nil
}
