package machine

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// Fold is the walk of a function that makes one answer of many elements. If a limit or a
// cancellation ends the evaluation in the walk, the error tells what was found until then.
type Fold struct {
	Seen  int  // entries of the collection that the answer so far is made of
	Of    int  // of how many; 0 if the Visit has to know, or nobody does
	Made  bool // the collection is none of the application's
	sofar func() Partial
	scope *Scope // in which it began
	walks int    // Over walks in that scope: the collection, and what is made of it one by one
}

// Partial is what a fold has found in the elements that it has seen. It is made when the evaluation
// may not read any more, so it has plain values alone.
type Partial struct {
	Function string
	// Told goes on after a number of entries that were read: "of which 12 match".
	Told string
	// Answer is what the function would answer of these elements alone, or what is short of it.
	// It is nil where only Kept, how many elements were collected, can be told.
	Answer *render.Node
	Kept   int
}

// BeginFold says that a fold walks x, and that sofar tells what it has found. It returns nil if the
// walk is a part of another fold's, which tells more: the outermost one counts. sofar may be called
// after the walk. Whoever walks without Over tells Saw, and whoever began calls EndFold.
func (f *Frame) BeginFold(x value.Value, sofar func() Partial) *Fold {
	if f.fold != nil || sofar == nil {
		return nil
	}
	f.fold = &Fold{sofar: sofar, scope: f.Scope}
	f.fold.over(f, x)
	return f.fold
}

// over sets what is known of the collection x before the walk.
func (w *Fold) over(f *Frame, x value.Value) {
	_, live := x.(value.Live)
	if w.Made = !live && !value.Streamed(x); w.Made {
		w.Of, _ = value.Len(&f.Thread, x)
	}
}

// Saw adds n entries to what the fold has seen, unless Over counts them. w may be nil.
func (w *Fold) Saw(n int) {
	if w != nil && w.walks == 0 {
		w.Seen += n
	}
}

// seeing returns what to call once entries of x were taken, that many. Of several walks within each
// other, the one that begins last is that of the collection; those of predicates do not count.
func (f *Frame) seeing(x value.Value) func(n int) {
	fold := f.fold
	if fold == nil || fold.scope != f.Scope {
		return func(int) {}
	}
	fold.walks++
	fold.over(f, x)
	walk := fold.walks
	return func(n int) {
		if walk == fold.walks {
			fold.Seen += n
		}
	}
}

// Sofar is what the fold has found.
func (w *Fold) Sofar() Partial { return w.sofar() }

// EndFold ends what BeginFold began. If err is that of a limit or of a cancellation, Folding
// returns the fold from then on.
func (f *Frame) EndFold(w *Fold, err error) {
	if w != nil && (err == nil || f.Context().Err() == nil && fault.From(err).Limit == "") {
		f.fold = nil
	}
}

// Folding returns the outermost fold that walks, or did when its limit came. It is nil if there is
// none.
func (f *Frame) Folding() *Fold { return f.fold }

// Fold is Each for a function that makes one answer of all elements. sofar tells what it has found
// in those that body has taken.
func (l *Loop) Fold(f *Frame, unlocked bool, sofar func() Partial, body func(s *Scope) (bool, error)) error {
	return l.FoldBy(f, sofar, Body{Unlocked: unlocked, Each: body})
}

// FoldBy is Fold with a body that may take many elements at once.
func (l *Loop) FoldBy(f *Frame, sofar func() Partial, body Body) error {
	x, err := l.From(f)
	if err != nil {
		return err
	}
	fold := f.BeginFold(x, sofar)
	err = l.OverBy(f, x, body)
	f.EndFold(fold, err)
	return err
}
