package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Route leads from values of one type to a Datum in each, by fields and pointers. Types alone say
// where it goes, so that it is the same in all of them: what an interface or a collection holds is not on it.
// A Route is for one goroutine.
type Route struct {
	at   reflect.Type // where it has come
	way  []uintptr    // see peek.Ref.Chase
	off  uintptr      // of at from the last pointer
	to   datumType
	held bool   // all that was passed are pointers that the collector follows
	text []byte // the last that was read
}

// RouteFrom is the Route that has not left a value of type t.
func RouteFrom(t reflect.Type) *Route {
	r := &Route{way: []uintptr{0}, held: true}
	r.reach(t)
	return r
}

func (r *Route) reach(t reflect.Type) {
	r.at, r.to = t, here.lensOf(t).datum
	r.way[len(r.way)-1] = r.off + r.to.off
}

// Field goes on to direct field i of a struct.
func (r *Route) Field(i int) {
	f := here.fields(r.at)[i]
	r.off += f.offset
	r.reach(f.Type)
}

// Elem goes on to what a pointer points at.
func (r *Route) Elem() {
	r.held = r.held && here.collected(r.at)
	r.way[len(r.way)-1] = r.off
	r.way, r.off = append(r.way, 0), 0
	r.reach(r.at.Elem())
}

// End is the type of what the Route leads to, and the kind of what [Value.Follow] reads there: NoDatum if that is none,
// or a number that this machine does not load in one piece, or lies behind a pointer that is none to the garbage collector.
func (r *Route) End() (reflect.Type, DatumKind) {
	if r.to.size > peek.WordSize || !r.held {
		return r.at, NoDatum
	}
	return r.at, r.to.kind
}

// Follow reads the Datum that r leads to from v, which must be of the type that r comes from. ok is false if a pointer
// on the way is nil or cannot be followed, and for a string that changes meanwhile or has more than max bytes: then the
// same steps, one by one, tell why.
func (v Value) Follow(r *Route, max int) (d Datum, ok bool) {
	way := r.way
	if v.how&word != 0 {
		// The pointer at the beginning of the way is in our hands.
		if way = way[1:]; len(way) == 0 || v.Kind() != reflect.Pointer || v.ref.IsNil() {
			return d, false
		}
	}
	held := v.how&solid != 0
	if r.to.kind == TextDatum {
		r.text, ok = v.ref.ChaseText(r.text[:0], way, max, held)
		return Datum{Kind: TextDatum, Text: string(r.text)}, ok
	}
	u, ok := v.ref.Chase(way, r.to.size, held)
	return r.to.datum(u), ok
}
