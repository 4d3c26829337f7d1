package peek

import (
	"errors"
	"fmt"
	"reflect"
)

// Ring is where the values lie that wait in a chan, at one moment.
type Ring struct {
	Slots Ref // the first slot; a bare address
	Size  int // how many slots there are
	First int // the slot of the value that is received next
	Len   int // how many values wait
	// Torn says that these kept changing while they were read: they may be of several moments.
	Torn bool
}

// Slot is the index of the slot of value i, counted from the one that is received next.
func (r Ring) Slot(i int) int { return (r.First + i) % r.Size }

// errRing is the error of chans whose buffer does not lie as expected.
var errRing = errors.New("the layout of the buffers of channels is not known in this version of Go")

// ringTries bounds how often a ring is read until its parts are of one moment. A goroutine that
// sends or receives changes them one by one, in a few nanoseconds unless it is stopped meanwhile.
const ringTries = 100

// RingOf returns the ring of the chan of type t at p. The chan is in use meanwhile, so what a slot
// holds is known only if the Ring is the same before and after it was read. An index that cannot be
// is an error.
func RingOf(p Ref, t reflect.Type) (r Ring, err error) {
	if err := p.Space().ringsProved(); err != nil {
		return Ring{}, err
	}
	for range ringTries {
		if r, err = ringOf(p, t); err != nil || !r.Torn {
			break
		}
	}
	return r, err
}

// ringOf reads the ring once. Its parts fit together if the next value is sent behind the last one
// that waits. While an index goes back to the first slot it stands behind the last one.
func ringOf(p Ref, t reflect.Type) (r Ring, err error) {
	var head [chanType + 6]uintptr
	p = p.Bare()
	still, err := p.Words(head[:])
	if err != nil {
		return r, err
	}
	where := &p.Space().where
	for i := chanType; i < chanType+3; i++ {
		if head[i] != TypeWord(t.Elem()) {
			continue
		}
		r = Ring{
			Slots: p.At(head[where.chanSlots/wordSize]), Size: int(head[where.chanCap/wordSize]),
			First: int(head[i+int(where.chanNext/wordSize)]), Len: int(head[where.chanLen/wordSize]),
		}
		sent := int(head[i+int(where.chanSent/wordSize)])
		if r.Size < 0 || r.Len < 0 || r.Len > r.Size || r.First < 0 || r.First > r.Size || sent < 0 || sent > r.Size || r.Size > 0 && r.Slots.IsNil() {
			return Ring{}, fmt.Errorf("there is no chan at %#x", p.Addr())
		}
		if r.Size > 0 {
			r.Torn = !still || r.First == r.Size || r.Slot(r.Len) != sent
			r.First %= r.Size
		}
		return r, nil
	}
	return Ring{}, errRing
}

// ringsProved reads rings of known content, once, and reports what was wrong.
func (s *Space) ringsProved() error {
	if err := s.chansProved(); err != nil {
		return err
	}
	return s.rings.caught(s.proveRings, ErrUncaught)
}

// proveRings checks what is believed of the buffers of chans: an empty one, one in order, one that
// goes on at its beginning, and elements with pointers, of several words and of no size.
func (s *Space) proveRings() error {
	return first(
		proveRing(s, 0, 0, func(i int) int { return i }),
		proveRing(s, 5, 0, func(i int) uint8 { return uint8(i) }),
		proveRing(s, 5, 3, func(i int) *int { return &i }),
		proveRing(s, 4, 2, func(i int) string { return fmt.Sprint(i) }),
		proveRing(s, 3, 1, func(i int) [5]uint16 { return [5]uint16{uint16(i), 1, 2, 3, uint16(i)} }),
		proveRing(s, 3, 2, func(i int) any { return i }),
		proveRing(s, 2, 1, func(int) struct{} { return struct{}{} }),
	)
}

// proveRing fills a chan of that size but for one slot, after that many values were received from
// it, and compares its ring with what was sent.
func proveRing[T any](s *Space, size, received int, value func(int) T) error {
	ch := make(chan T, size)
	for range received {
		ch <- value(0)
		<-ch
	}
	var sent []T
	for i := range max(size-1, 0) {
		sent = append(sent, value(i+1))
		ch <- sent[i]
	}
	t := reflect.TypeOf(ch)
	at, err := Of(reflect.ValueOf(&ch)).In(s).Ptr(true)
	if err != nil {
		return err
	}
	r, err := ringOf(at, t)
	if err != nil || r.Torn || r.Size != size || r.Len != len(sent) || size > 0 && r.First != received%size {
		return fmt.Errorf("%w: a %v", errRing, t)
	}
	n := t.Elem().Size()
	got := make([]byte, n)
	for i := range sent {
		if err := r.Slots.Add(uintptr(r.Slot(i)) * n).Copy(got); err != nil || string(got) != string(asBytes(&sent[i])) {
			return fmt.Errorf("%w: a %v", errRing, t)
		}
	}
	return nil
}
