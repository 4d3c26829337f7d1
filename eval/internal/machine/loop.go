package machine

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
)

// Predicate is the argument of filter, count, reduce and the like that is evaluated for each
// element. A nil Predicate answers the element itself.
type Predicate struct {
	Run   Code
	Where fault.Pos
	// Unlocked says that it reads other live objects, walks, or calls methods: no guard may be
	// held.
	Unlocked bool
	// Scan is the same over many elements at once, nil if it is evaluated step by step only.
	Scan *Scan
	// Why says why Scan is nil.
	Why string
	// Constants returns the names that the integer has which the predicate answered last, in the scope
	// s, nil if it has none or they are not known. It is nil if they never are.
	Constants func(s *Scope) *inspect.Constants
	// Reduction is how the predicate of reduce combines #acc with Scan, which then is what does not
	// depend on #acc. It is nil for all others.
	Reduction *Reduction
}

// Reduction is a scan.Reduction.
type Reduction struct {
	scan.Reduction
	// Again says that an element that is picked is read once more.
	Again bool
}

// On runs the predicate in a scope. If its answer is a scalar it gives back what it kept, as
// nothing refers to that any more; who holds the answer charges for it.
func (p *Predicate) On(f *Frame, s *Scope) (value.Value, error) {
	if p == nil {
		return value.Load(s.Elem)
	}
	outer, kept := f.Scope, f.Kept()
	f.Scope = s
	x, err := p.Run(f)
	f.Scope = outer
	if err != nil {
		return nil, err
	}
	if value.IsScalar(x) {
		f.Release(kept)
	}
	return x, nil
}

// constants is Constants of the scope s, in which the predicate was run.
func (p *Predicate) constants(s *Scope) *inspect.Constants {
	switch {
	case p == nil:
		return value.ConstantsOf(s.Elem)
	case p.Constants == nil:
		return nil
	}
	return p.Constants(s)
}

// Names are the names of the integers that a fold is made of: those of one type, or none.
type Names struct {
	of      *inspect.Constants
	some    bool
	several bool // they are of several types
}

// Saw adds what the predicate answered in the scope s, step by step.
func (n *Names) Saw(p *Predicate, s *Scope) { n.add(p.constants(s)) }

// SawLanes adds what it answered for lanes.
func (n *Names) SawLanes(l *Lanes) { n.add(l.Values.Constants) }

func (n *Names) add(c *inspect.Constants) {
	n.several = n.several || n.some && n.of != c
	n.of, n.some = c, true
}

// Constants returns the names, nil if there are none.
func (n *Names) Constants() *inspect.Constants {
	if n.several {
		return nil
	}
	return n.of
}

// Test runs a predicate that must answer a boolean.
func (p *Predicate) Test(f *Frame, s *Scope) (bool, error) {
	x, err := p.On(f, s)
	if err != nil {
		return false, err
	}
	ok, is := x.(value.Bool)
	if !is {
		return false, p.Pos().Err(NotBool(x))
	}
	return bool(ok), nil
}

func (p *Predicate) unlocked() bool { return p != nil && p.Unlocked }

// Pos is where it stands.
func (p *Predicate) Pos() fault.Pos {
	if p == nil {
		return 0
	}
	return p.Where
}

// NotBool is the error for a condition that is no boolean.
func NotBool(x value.Value) error {
	if err := value.Refuse(x); err != nil {
		return err
	}
	e := fault.New("type", "a condition is true or false, not %s", x.Kind())
	_, isText := x.(value.String)
	_, isNumber := value.NumberOf(x)
	switch {
	case value.IsNothing(x):
		return e.With("compare it, as in x != nil")
	case isText:
		return e.With(`compare it, as in x != ""`)
	case isNumber:
		return e.With("compare it, as in x > 0")
	}
	return e.With("compare it with something")
}

// Loop is a call of a function that walks its first argument.
type Loop struct {
	From  Code       // the collection
	Pred  *Predicate // nil if it is left out: the element itself
	Pred2 *Predicate // a second predicate; nil if there is none
	Other Code       // the argument that is neither; nil if there is none

	Function string    // its name
	Where    fault.Pos // the call

	itself *scan.Scan // of the element itself; see Body
}

// Each walks the collection with one scope for all elements. unlocked says that body needs no guard
// to be held, whatever the predicate needs.
func (l *Loop) Each(f *Frame, unlocked bool, body func(s *Scope) (bool, error)) error {
	x, err := l.From(f)
	if err != nil {
		return err
	}
	return l.Over(f, x, unlocked, body)
}

// Over is Each of a collection that is known.
func (l *Loop) Over(f *Frame, x value.Value, unlocked bool, body func(s *Scope) (bool, error)) error {
	return l.OverBy(f, x, Body{Unlocked: unlocked, Each: body})
}

// Until walks until the predicate answers stop, and reports whether it did. then, if not nil, is
// called for that element. sofar is as in Fold.
func (l *Loop) Until(f *Frame, stop bool, sofar func() Partial, then func(s *Scope) error) (found bool, err error) {
	err = l.FoldBy(f, sofar, l.Matching(f, !stop, func(s *Scope) (bool, error) {
		found = true
		var err error
		if then != nil {
			err = then(s)
		}
		return false, err
	}))
	return found, err
}
