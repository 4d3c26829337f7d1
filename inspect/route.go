package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Route leads from values of one type to a Word in each, by fields and pointers. Types alone say
// where it goes, so that it is the same in all of them: what an interface or a collection holds is not on it.
// The zero Route leads nowhere. Routes are built before they are used, and then safe for concurrent use.
type Route struct {
	at  reflect.Type // where it has come
	way []uintptr    // see peek.Ref.Chase
	off uintptr      // of at from the last pointer
	to  wordType
}

// RouteFrom is the Route that has not left a value of type t.
func RouteFrom(t reflect.Type) *Route {
	r := &Route{way: []uintptr{0}}
	r.reach(t)
	return r
}

func (r *Route) reach(t reflect.Type) {
	r.at, r.to = t, lensOf(t).word
	r.way[len(r.way)-1] = r.off + r.to.off
}

// Field goes on to direct field i of a struct.
func (r *Route) Field(i int) {
	f := Fields(r.at)[i]
	r.off += f.offset
	r.reach(f.Type)
}

// Elem goes on to what a pointer points at.
func (r *Route) Elem() {
	r.way[len(r.way)-1] = r.off
	r.way, r.off = append(r.way, 0), 0
	r.reach(r.at.Elem())
}

// End is the type of what the Route leads to, and what is read there; NoWord if that is no Word, or one that this
// machine does not load in one piece.
func (r *Route) End() (reflect.Type, WordKind) {
	if r.to.size > peek.WordSize {
		return r.at, NoWord
	}
	return r.at, r.to.kind
}

// Follow reads the Word that r leads to from v, which must be of the type that r comes from, and have an
// End. ok is false if a pointer on the way is nil, or cannot be followed: then the same steps, one by one, tell why.
func (v Value) Follow(r *Route) (w Word, ok bool) {
	if v.how&word != 0 {
		return w, false
	}
	u, ok := v.ref.Chase(r.way, r.to.size, v.how&solid != 0)
	return r.to.word(u), ok
}
