package access

import (
	"bytes"
	"reflect"
	"strconv"

	"github.com/sightglass-go/sightglass/inspect"
)

// slowKey is how many keys that are compared many at a time cost as much as one that is looked at by
// itself.
const slowKey = 100

// EachNamed calls f, as [View.EachUnlocked] does, for the entries of a map of strings or integers whose
// key, as decimal digits if it is an integer, begins with prefix. Keys that have to be looked at one
// by one, as those that may be secret, are handed to f too: f decides about them as it would without
// EachNamed. It looks at about the first most entries, fewer where it comes to such keys. ok is false
// if v is no such map, and f was not called.
func (v *View) EachNamed(prefix string, most int, f func(key, elem *View) (bool, error)) (ok bool, err error) {
	t, err := v.Target()
	if err != nil || t == nil || t.val.Kind() != reflect.Map || t.StepByStep() != "" {
		return false, err
	}
	switch k := t.val.Type().Key().Kind(); {
	case k == reflect.String:
	case k < reflect.Int || k > reflect.Int64:
		return false, nil
	}
	n := &byName{prefix: []byte(prefix), left: most}
	each := func(_ int, key, elem *View) (bool, error) { return f(key, elem) }
	return true, t.EachBatch(true, Lanes{Take: n.take, Each: each, Found: each})
}

// byName looks for keys with a prefix.
type byName struct {
	prefix []byte
	left   int // keys to look at
	cache  FieldCache
	keys   inspect.Column
	digits []byte
}

// take takes lanes while the guard is held: it reads the keys of all of them together.
func (n *byName) take(b *Batch) (more bool, err error) {
	b.Learn(&n.cache, true)
	all := inspect.FirstLanes(b.Len())
	b.Read(&n.cache, true, &all, &n.keys)
	passed := 0 // lanes that do not fit, in front of lane
	for lane := b.Taken(); lane < b.Len() && n.left > 0 && !b.Done(); lane++ {
		slow := n.keys.Kind == inspect.NoDatum || n.keys.Bad.Has(lane)
		if !slow && !n.fits(lane) {
			n.left--
			passed++
			continue
		}
		if err := b.Take(passed, 0, 0); err != nil {
			return false, err
		}
		passed = 0
		if slow {
			n.left -= slowKey
			more, err = b.Step(1)
		} else if err = b.Take(1, 0, 0); err == nil {
			n.left--
			more, err = b.Find()
		}
		if err != nil || !more {
			return false, err
		}
	}
	return n.left > 0, b.Take(passed, 0, 0)
}

// fits reports whether the key in lane begins with the prefix.
func (n *byName) fits(lane int) bool {
	switch n.keys.Kind {
	case inspect.TextDatum:
		return bytes.HasPrefix(n.keys.Text.At(int(n.keys.Text.Ref[lane])), n.prefix)
	case inspect.IntDatum:
		n.digits = strconv.AppendInt(n.digits[:0], int64(n.keys.Bits[lane]), 10)
		return bytes.HasPrefix(n.digits, n.prefix)
	}
	return true
}
