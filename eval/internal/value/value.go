// Package value has the values that expressions compute with, a kind to a file.
//
// A Value says no more of itself than what kind it is. What else it can do, it says by its methods:
// an interface of this file, a power, asks for each, and functions such as [Len], [Each] and
// [Compare] ask for the powers. A new kind of value is one new file, which lists its powers.
//
// A scalar is a plain Go value under a name of this package, so that it costs what an any costs. A
// composite of the application is [Live]: it is read where it lies, under the registry's policy.
package value

import (
	"reflect"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
)

// Value is what an expression evaluates to.
type Value interface {
	// Kind names the kind for error texts, with its article: "a number", "a list", "a
	// *shop.Cache". It never tells the value.
	Kind() string
	// Type is the Go type: of a place its own, of anything else that of the plain data which it
	// stands for. [LoadTyped] looks into interfaces.
	Type() string
}

// Thread is what a Value needs of the evaluation that it is part of. It is for one goroutine at a
// time.
type Thread struct {
	*meter.Meter
	// Visit is how the evaluation reaches the application.
	Visit *access.Visit
	// Show bounds what is shown of a value. It never changes what is computed.
	Show render.Limit

	// met has the pairs of pointers that the current comparison has met. It is nil before the
	// first.
	met map[pair]bool
	// passing is how deep Pass is within a value that is passed.
	passing int
}

// Scalar is a Value that stands for itself: it has no parts, and nothing of it is live.
type Scalar interface {
	Value
	// Go returns the value as Go's own type.
	Go() any
}

// Numeric is a number.
type Numeric interface {
	Number() number.Number
}

// Ordered is a Value other than a number that < compares with others of its kind.
type Ordered interface {
	// Compare returns -1, 0 or 1. ok is false if y is of another kind.
	Compare(y Value) (order int, ok bool)
}

// Comparable is a Value other than a number that == compares at once with others of its kind.
type Comparable interface {
	// Equal is ==. ok is false if y is of another kind.
	Equal(y Value) (same, ok bool)
}

// Hashable is a Value that is found as the key of a map without being compared with each other key.
type Hashable interface {
	// Key returns what equal values have in common. A nil key stands for the Value itself.
	Key(t *Thread) (any, error)
	// KeyClass is where values of this kind stand among the keys of a map that is walked in
	// order.
	KeyClass() int
}

// Operand is a Value other than a number that an arithmetic operator takes.
type Operand interface {
	// Binary is x op y, or y op x if x is on the right. ok is false if it does not take y.
	Binary(t *Thread, op string, y Value, right bool) (z Value, ok bool, err error)
}

// Composite is a Value that may have parts.
type Composite interface {
	Value
	// Shape is inspect.List of what is walked by position, inspect.Map of what is walked by
	// key, inspect.Struct of what has fields. Any other shape has no parts.
	Shape() inspect.Shape
}

// Yield receives an element of a collection and reports whether to go on. The key is Unkeyed for
// lists. Live elements and keys are lent: they are good until it returns.
type Yield func(index int, key, elem Value) (bool, error)

// Iterable is a collection: a list or a map.
type Iterable interface {
	// Each walks the elements of a list in order, the values of a map by their keys in order,
	// and those of a live map in the order of its walk. It ticks for each. unlocked says that
	// yield may call methods, or read or walk other live objects, so that no guard may be held
	// while it runs.
	Each(t *Thread, unlocked bool, yield Yield) error
}

// Sized is a Value that has a length.
type Sized interface {
	Len(t *Thread) (int, error)
}

// Indexable is a Value x of which x[key] is a part: of a list by its position, from the end if
// negative, of a map by its key. The part may be the Live of a scalar.
type Indexable interface {
	Index(t *Thread, key Value) (Value, error)
}

// HasMembers is a Value x of which x.name is a part. The part may be the Live of a scalar.
type HasMembers interface {
	Member(t *Thread, name string) (Value, error)
}

// Keyed is a Value x that knows key in x.
type Keyed interface {
	Has(t *Thread, key Value) (bool, error)
}

// Sliceable is a Value x that makes x[lo:hi] in a better way than by a walk. Bounds count from the
// end if negative, and are cut to what there is. The part must not keep the whole alive.
type Sliceable interface {
	Slice(t *Thread, lo, hi int) (Value, error)
}

// HasFields is a Composite of the shape inspect.Struct.
type HasFields interface {
	// Fields lists the names of the fields in order.
	Fields() ([]string, error)
}

// Textual is a Value that may be text.
type Textual interface {
	// Text returns a string, or bytes as one. ok is false if it is neither. It is an error for
	// one that is too long to be copied.
	Text(t *Thread) (s string, ok bool, err error)
}

// HasMethods is a plain Value with methods that an expression may call.
type HasMethods interface {
	Scalar
	// Method returns the method of that name, the zero Value if there is none.
	Method(name string) reflect.Value
}

// Nilable is a Value that may be nil.
type Nilable interface {
	IsNil() (bool, error)
}

// Passable is a Value other than a scalar that the application can be given.
type Passable interface {
	// Pass returns it as package access takes it: as an argument, or as a key.
	Pass(t *Thread) (any, error)
}

// Pictured is a Value other than a scalar that can be shown.
type Pictured interface {
	picture(p *painter, depth int, path string) *render.Node
}

// Measured is a Value that takes more memory than a scalar of some words.
type Measured interface {
	// Measure returns the size in bytes, and whether live objects are in it.
	Measure(depth int) (size int, live bool)
}

// Completable is a Value of which completion knows what may follow its dot.
type Completable interface {
	Names(t *Thread, add func(name, detail string)) error
}

// MaxDepth bounds what walks into nested values, so that neither a cycle nor what reduce can build
// exhausts the stack.
const MaxDepth = 200
