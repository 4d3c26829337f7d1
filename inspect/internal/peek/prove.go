package peek

import (
	"fmt"
	"math"
	"reflect"
)

// lengthsProved reads the lengths of maps of known length, once.
func (s *Space) lengthsProved() error { return s.lengths.get(s.proveLengths) }

func (s *Space) proveLengths() error {
	for _, n := range []int{0, 1, 9, 3000} {
		m := fill(n, func(i int) (int, int) { return i, i })
		if got, err := used(Of(reflect.ValueOf(m)).In(s)); err != nil || got != n {
			return fmt.Errorf("%w: the length of a %T", errMaps, m)
		}
	}
	return nil
}

// mapsProved walks maps of known content, once, and reports what was wrong.
func (s *Space) mapsProved() error { return s.maps.caught(s.proveMaps, ErrUncaught) }

// proveMaps checks what is believed of maps on maps of every shape: empty, one group, one table,
// many tables, grown, with deletions, cleared, with keys and elems too large for a slot, of no
// size, of every alignment, and with keys that are not equal to themselves.
func (s *Space) proveMaps() error {
	type wide [160]byte
	type mixed struct {
		a uint64
		b string
	}
	for _, n := range []int{0, 1, 7, 8, 9, 100, 3000} {
		if err := first(
			proveMap(s, fill(n, func(i int) (uint64, uint64) { return uint64(i), uint64(i) * 3 })),
			proveMap(s, fill(n, func(i int) (string, *int) { return fmt.Sprint(i), &i })),
		); err != nil {
			return err
		}
	}
	const n = 300
	thinned := fill(3000, func(i int) (int32, uint8) { return int32(i), uint8(i) })
	for i := range int32(3000) {
		if i%3 != 0 {
			delete(thinned, i)
		}
	}
	cleared := fill(3000, func(i int) (uint16, string) { return uint16(i), "x" })
	clear(cleared)
	for i := range uint16(20) {
		cleared[i] = fmt.Sprint(i)
	}
	nan := fill(n, func(i int) (float64, int) { return math.NaN(), i })
	return first(
		proveMap(s, thinned),
		proveMap(s, cleared),
		proveMap(s, nan),
		proveMap(s, fill(n, func(i int) (wide, uint8) { return wide{byte(i), byte(i >> 8)}, uint8(i) })),
		proveMap(s, fill(n, func(i int) (uint16, wide) { return uint16(i), wide{byte(i)} })),
		proveMap(s, fill(n, func(i int) (string, struct{}) { return fmt.Sprint(i), struct{}{} })),
		proveMap(s, fill(n, func(i int) (uint8, uint64) { return uint8(i), uint64(i) })),
		proveMap(s, fill(n, func(i int) (any, any) { return i, fmt.Sprint(i) })),
		proveMap(s, fill(n, func(i int) (mixed, [3]uint16) { return mixed{uint64(i), fmt.Sprint(i)}, [3]uint16{uint16(i)} })),
		proveMap(s, fill(n, func(i int) (struct{}, bool) { return struct{}{}, true })),
	)
}

func fill[K comparable, V any](n int, entry func(int) (K, V)) map[K]V {
	m := make(map[K]V)
	for i := range n {
		k, v := entry(i)
		m[k] = v
	}
	return m
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// proveMap walks m, looks up some of its keys and compares with what the language says. It compares
// bytes and interprets none of them: if the belief is wrong they may be anything.
func proveMap[K comparable, V any](s *Space, m map[K]V) error {
	t := reflect.TypeOf(m)
	wrong := func(what string) error { return fmt.Errorf("%w: %s in a %v of %d", errMaps, what, t, len(m)) }
	typ, err := s.mapType(t)
	if err != nil {
		return err
	}
	head := Of(reflect.ValueOf(m)).In(s)
	if n, err := used(head); err != nil || n != len(m) {
		return wrong("length")
	}
	want := make(map[string]int)
	for key, elem := range m {
		want[string(asBytes(&key))+string(asBytes(&elem))]++
	}
	entry := make([]byte, typ.Key.Size()+typ.Elem.Size())
	w := typ.Walk(head)
	for more := true; more; more = w.Advance() {
		if err := w.Load(0, wholeTable); err != nil {
			return wrong("the tables")
		}
		for i := range w.Slots() {
			key, elem, _, torn, ok := w.Slot(i)
			if !ok {
				continue
			}
			if torn || key.Copy(entry[:typ.Key.Size()]) != nil || elem.Copy(entry[typ.Key.Size():]) != nil {
				return wrong("a slot")
			}
			want[string(entry)]--
		}
	}
	for _, n := range want {
		if n != 0 {
			return wrong("the entries")
		}
	}
	looked := 0
	for key := range m {
		if looked++; looked > 16 {
			break
		}
		if key == key && !w.has(reflect.ValueOf(&key), string(asBytes(&key))) {
			return wrong("a hash")
		}
	}
	return nil
}

// has reports whether the walk's map has a key of those bytes, found by its hash.
func (w *MapWalk) has(key reflect.Value, raw string) bool {
	hash, err := w.Hash(key)
	if err != nil {
		return false
	}
	got := make([]byte, len(raw))
	found, err := w.find(hash, false, func(k, _ Ref, _ bool) bool {
		return k.Copy(got) == nil && string(got) == raw
	})
	return found && err == nil
}
