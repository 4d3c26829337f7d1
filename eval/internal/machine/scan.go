package machine

import (
	"math"
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Scan is a predicate as it is evaluated over many elements at once.
type Scan struct {
	*scan.Scan
	// Bind gives the constants of the scan their values, before a loop. The values stay the same
	// until its end.
	Bind func(f *Frame)
	// Once has what is read once in a walk, as it is written.
	Once []string
}

// Body is what a loop does with the elements of its collection, in their order. It says so in two
// ways: with one element after the other, and with lanes, many elements at once. Both must come to
// the same. A loop uses either for any part of the collection.
type Body struct {
	// Unlocked says that no guard may be held while Each or Match runs. It may be held while Lanes
	// does.
	Unlocked bool
	// Each takes an element that is done step by step, and returns false to end the loop. It
	// evaluates the predicate itself.
	Each func(s *Scope) (more bool, err error)
	// Lanes takes lanes of a batch, and returns false to end the loop.
	Lanes func(l *Lanes) (more bool, err error)
	// Test says that the predicate is a condition: Lanes gets the lanes that meet it, in Yes.
	Test bool
	// Bare says that Lanes needs nothing of the elements.
	Bare bool
	// Moments says that Lanes takes times, too; see [scan.Scan.Moments].
	Moments bool
	// Lends says that Lanes calls Scope.
	Lends bool
	// Takes reports whether Lanes takes such values, of the predicate and of the second one. Others
	// are done step by step. nil takes all.
	Takes func(l *Lanes) bool

	// Match is called for an element that meets the condition, or that does not if Unless is set,
	// and returns false to end the loop. It stands for Lanes. See Matching.
	Match  func(s *Scope) (more bool, err error)
	Unless bool
}

// asks reports whether the predicate is asked as a condition.
func (b *Body) asks() bool { return b.Test || b.Match != nil }

// Lanes are the elements of a batch from Lo up to Hi that are in In. All were evaluated. They are
// lent to Body.Lanes.
type Lanes struct {
	Lo, Hi int
	// In has the lanes that are elements of the collection, which others are not if it is what a
	// filter leaves. It is nil if all are.
	In *inspect.Mask
	// Yes has the lanes that meet the condition, or do not if Unless is set, of all lanes; look only
	// at those from Lo up to Hi. It is for a Body with Test.
	Yes *inspect.Mask
	// Values has what the predicate is, or the element itself if there is none, of all lanes; look
	// only at those from Lo up to Hi that are in In, none of which is bad. It is for a Body that is
	// neither a Test nor Bare.
	Values *scan.Vector
	// Second has what the second predicate is, nil if there is none.
	Second *scan.Vector
	// Took is how many lanes Lanes has taken, all unless it says otherwise. Where it fails, the last of
	// them is the one that it failed with. Otherwise the next one is done step by step, or comes again
	// once the guard was released; see Rests.
	Took int

	batch  *access.Batch
	stages []*stage
	made   *scan.Vector // the elements where map made them, nil where they are entries
	set    bool         // the entries are those of a set
	first  int          // the index of lane 0
	cost   int          // what the Meter is told of the lanes at the most, once they are taken
	held   int          // how often Rests was asked
	again  int          // reads of lanes that were read again
	once   int          // what reading all of a lane again takes
	scope  Scope
}

// Elements returns the Lanes from Lo up to Hi that are elements.
func (l *Lanes) Elements() inspect.Mask {
	m := scan.Between(l.Lo, l.Hi)
	if l.In != nil {
		m.And(l.In)
	}
	return m
}

// Len is how many of the lanes are elements.
func (l *Lanes) Len() int {
	if l.In == nil {
		return l.Hi - l.Lo
	}
	return l.Count(l.In)
}

// Count is how many of the lanes from Lo up to Hi are in m.
func (l *Lanes) Count(m *inspect.Mask) int { return scan.Count(m, l.Lo, l.Hi) }

// Scope is what a predicate sees of a lane that is in In. It is lent: it is good until the next
// call, and its element until Body.Lanes returns. The guard may be held.
func (l *Lanes) Scope(lane int) *Scope {
	if l.made != nil {
		l.scope = l.madeScope(lane)
		return &l.scope
	}
	key, elem := l.batch.Lend(lane)
	l.scope = scopeOf(l.Index(lane), key, elem, l.set)
	return &l.scope
}

// Each calls f for the lanes that are elements, in their order.
func (l *Lanes) Each(f func(lane int) error) error {
	in := l.Elements()
	for lane := in.Next(l.Lo); lane < l.Hi; lane = in.Next(lane + 1) {
		if err := f(lane); err != nil {
			l.Took = lane - l.Lo + 1
			return err
		}
	}
	return nil
}

// Hold calls hold, which keeps an element, for the lanes that are elements, in their order. It ends
// early where no more are to be kept for now. It returns what Body.Lanes does.
func (l *Lanes) Hold(f *Frame, hold func(lane int, elem value.Value) error) (more bool, err error) {
	in := l.Elements()
	for lane := in.Next(l.Lo); lane < l.Hi; lane = in.Next(lane + 1) {
		if err := hold(lane, l.Scope(lane).Elem); err != nil {
			l.Leave(lane + 1)
			return false, err
		}
		if l.Rests(f) {
			l.Leave(lane + 1)
			break
		}
	}
	return true, nil
}

// ReadAgain says that the predicate was read again for n of the lanes.
func (l *Lanes) ReadAgain(n int) { l.again += n * l.once }

// Leave has lane, and all lanes behind it, not be taken.
func (l *Lanes) Leave(lane int) { l.Took = lane - l.Lo }

// Rests reports whether Lanes is to take no more for now: what it kept or read has brought the budget
// near its end, or has taken so long that the guard is to be released. Lanes that keep elements ask it
// for each, after they have taken one, and leave the next.
func (l *Lanes) Rests(f *Frame) bool {
	l.held++
	return f.Near(l.cost+maxHoldReads) || l.held%restEvery == 0 && l.batch.Late()
}

const (
	// maxHoldReads is more than what holding an element reads.
	maxHoldReads = 64
	// restEvery bounds the elements that are held between two looks at the clock.
	restEvery = 8
)

// Index is the position of a lane that is in In among the elements.
func (l *Lanes) Index(lane int) int {
	if st := lastFilter(l.stages); st != nil {
		return *st.count + scan.Count(&st.passed, l.Lo, lane)
	}
	return l.first + lane
}

// lastFilter returns the last of the stages that filters, nil if none does.
func lastFilter(stages []*stage) *stage {
	for _, st := range slices.Backward(stages) {
		if st.filters {
			return st
		}
	}
	return nil
}

// madeScope is Scope of an element that map made.
func (l *Lanes) madeScope(lane int) Scope {
	x := value.Named(valueAt(l.made, lane), l.made.Constants)
	return Scope{Index: l.Index(lane), Key: value.Unkeyed, Elem: x, Value: x}
}

// Value is what Values has of a lane.
func (l *Lanes) Value(lane int) value.Value { return valueAt(l.Values, lane) }

// valueAt is what v has of a lane.
func valueAt(v *scan.Vector, lane int) value.Value {
	d := inspect.Datum{Kind: v.Kind}
	if v.Kind == inspect.TextDatum {
		d.Text = string(v.Text.At(int(v.Text.Ref[lane])))
	} else {
		d.Bits = v.Bits[lane]
	}
	if v.Written && d.Kind == inspect.FloatDatum {
		return value.Written(math.Float64frombits(d.Bits))
	}
	return value.OfDatum(d)
}

// scopeOf is the scope of an entry, of a set if set says so: its elements are its keys.
func scopeOf(index int, key, elem *access.View, set bool) Scope {
	s := Scope{Index: index, Key: value.Unkeyed, Elem: value.Live{View: elem}}
	if key != nil {
		s.Key = value.Live{View: key}
	}
	if s.Value = s.Elem; set {
		s.Elem = s.Key
	}
	return s
}

// OverBy is Over with a body that may take many elements at once.
func (l *Loop) OverBy(f *Frame, x value.Value, body Body) error {
	x, set := value.Settle(x)
	way := l.way(f)
	w, why := l.inBatches(f, x, &body)
	if w != nil {
		if n := len(w.stages); way == nil && n > 0 {
			way = w.stages[n-1].loop.way(f)
		}
		return w.run(f, &body, way)
	}
	way.because(why)
	saw := f.seeing(x)
	unlocked := body.Unlocked || l.Pred.unlocked() || l.Pred2.unlocked()
	var s Scope
	return value.Entries(&f.Thread, x, unlocked, func(i int, key, elem value.Value) (bool, error) {
		s.Index, s.Key, s.Elem, s.Value = i, key, elem, elem
		if set {
			s.Elem = key
		}
		if way != nil {
			way.Steps++
		}
		more, err := body.Each(&s)
		if err == nil {
			saw(1)
		}
		return more, err
	})
}

// InBatches reports whether OverBy may take many elements of x at once. If not, who walks without Over
// tells Stepped.
func (l *Loop) InBatches(f *Frame, x value.Value, body *Body) bool {
	x, _ = value.Settle(x)
	w, why := l.inBatches(f, x, body)
	l.way(f).because(why)
	return w != nil
}

// overLanes is a loop over batches.
type overLanes struct {
	*Loop
	from     value.Value  // the collection that is walked
	target   *access.View // it
	stages   []*stage     // what its entries go through before they are elements, in their order
	unlocked bool

	values, second *scan.Scan // nil if they are not needed
	moments        bool       // what the last map makes may be times without locations
	lanes          Lanes
	in, bad        inspect.Mask
}

// inBatches returns the loop over x, which is settled, nil if it goes step by step, and then why.
func (l *Loop) inBatches(f *Frame, x value.Value, body *Body) (w *overLanes, why string) {
	switch {
	case f.Stepwise || f.Single:
		return nil, "this session takes nothing at once"
	case body.Lanes == nil && body.Match == nil:
		return nil, "here " + l.Function + " takes one element at a time"
	}
	w = &overLanes{Loop: l, unlocked: body.Unlocked || l.Pred.unlocked() || l.Pred2.unlocked()}
	var filtered bool
	x, filtered = w.unwrap(x)
	live, ok := x.(value.Live)
	_, set := value.Settle(x)
	switch {
	case !ok && value.Streamed(x):
		return nil, "another function makes the elements one by one"
	case !ok:
		return nil, "the collection is none of the application's"
	case set && len(w.stages) > 0:
		return nil, "it is made of a set, the elements of which are its keys"
	}
	w.from, w.lanes.set = x, set
	if s := live.View.Shape(); s != inspect.List && s != inspect.Map {
		return nil, "it is no list or map"
	}
	if why := live.View.StepByStep(); why != "" {
		return nil, why
	}
	w.target = live.View
	list := w.target.Shape() == inspect.List
	made := w.makes()
	for _, p := range []*Predicate{l.Pred, l.Pred2} {
		if p == nil {
			continue
		}
		if why := p.stepwise(list, filtered, made); why != "" {
			return nil, why
		}
	}
	switch {
	case l.Pred != nil:
		w.values = l.Pred.Scan.Scan
	case !body.Bare:
		if !made && !w.target.ScalarElements(set) {
			return nil, "its elements are no plain values"
		}
		if l.itself == nil {
			l.itself = scan.New(&scan.Field{Cache: new(access.FieldCache), Self: true})
		}
		w.values = l.itself
	}
	if l.Pred2 != nil {
		w.second = l.Pred2.Scan.Scan
	}
	// Times that the body gets as elements need their locations; a scan of the element itself refuses them.
	w.moments = body.Match == nil && (!body.Lends || l.Pred == nil)
	if body.Match != nil && w.unlocked {
		// What waits for the guard to be released is not counted in its order, and no longer made.
		switch {
		case filtered:
			return nil, "it was filtered, and no guard may be held while its condition is evaluated"
		case made:
			return nil, "map made it, and no guard may be held while its condition is evaluated"
		}
	}
	return w, ""
}

// stepwise says why p cannot be evaluated of many elements at once, "" if it can. The collection is a
// list, or else a map; filtered and made say that its elements are those that a filter left, and
// those that a map made.
func (p *Predicate) stepwise(list, filtered, made bool) (why string) {
	switch {
	case p.Scan == nil:
		return p.Why
	case filtered && p.Scan.Positional(list || made):
		return "it asks for positions among elements that were filtered"
	case made && !p.Scan.OfMade():
		return "it takes fields of what map makes"
	}
	return ""
}

// unwrap returns the collection that x is made of, and sets the stages that its entries go through.
// filtered says that these leave some out. What cannot go through them in batches is returned as it
// is.
func (w *overLanes) unwrap(x value.Value) (from value.Value, filtered bool) {
	p, ok := x.(*value.Pipe)
	if !ok {
		return x, false
	}
	st, ok := p.Origin().(*stage)
	if !ok || st.loop.Pred.Scan == nil {
		return x, false
	}
	from, filtered = w.unwrap(st.of)
	live, ok := from.(value.Live)
	if !ok || st.loop.Pred.stepwise(live.View.Shape() == inspect.List, filtered, w.makes()) != "" {
		return x, false
	}
	w.stages = append(w.stages, st)
	w.unlocked = w.unlocked || st.loop.Pred.unlocked()
	return from, filtered || st.filters
}

// makes reports whether a map makes the elements, so that they are no entries.
func (w *overLanes) makes() bool { return w.lastMap() >= 0 }

// lastMap returns the index of the last of the stages that is a map, -1 if none is.
func (w *overLanes) lastMap() int {
	for i, st := range slices.Backward(w.stages) {
		if !st.filters {
			return i
		}
	}
	return -1
}

// each returns what is done with an entry step by step: it goes through the stages, and what is left
// to the body.
func (w *overLanes) each(f *Frame, body *Body) func(s *Scope) (bool, error) {
	each := body.Each
	for i := len(w.stages) - 1; i >= 0; i-- {
		each = w.stages[i].each(f, each)
	}
	return each
}

// run walks the collection.
func (w *overLanes) run(f *Frame, body *Body, way *Way) error {
	lanes := &w.lanes
	lanes.stages = w.stages
	for _, st := range w.stages {
		if st.filters {
			*st.count = 0
		}
		st.loop.Pred.Scan.Bind(f)
		way.sharing(st.loop.Pred.Scan)
	}
	for _, p := range []*Predicate{w.Pred, w.Pred2} {
		if p != nil {
			p.Scan.Bind(f)
			way.sharing(p.Scan)
		}
	}
	saw, seen, learned := f.seeing(w.from), 0, 0
	sawUpTo := func(pos int) {
		saw(pos - seen)
		seen = pos
	}
	var s Scope
	one := func(do func(s *Scope) (bool, error)) func(pos int, key, elem *access.View) (bool, error) {
		return func(pos int, key, elem *access.View) (bool, error) {
			s = scopeOf(pos, key, elem, lanes.set)
			sawUpTo(pos) // the lanes before it, should it fail
			more, err := do(&s)
			if err == nil {
				sawUpTo(pos + 1)
			}
			return more, err
		}
	}
	kept := func(bytes int) error {
		before := f.Kept()
		err := f.Keep(bytes)
		f.Release(before)
		return err
	}
	chosen := lastFilter(w.stages) != nil || w.makes()
	take := func(b *access.Batch) (bool, error) {
		lanes.batch, lanes.first = b, b.Pos()-b.Taken()
		n := b.Len()
		if body.Lends && !w.makes() && !b.Lends() || body.Match != nil && chosen && b.Collects() || f.Near(w.put(b)+(n-b.Taken())*(1+w.reads((*scan.Scan).MaxReads))) {
			// Near the end of the budget everything is counted one by one, so that the error
			// has its place. What waits until the guard is released cannot be lent.
			return b.Step(n - b.Taken())
		}
		w.evaluate(b, body)
		for b.Taken() < n && !b.Done() {
			lo := b.Taken()
			if run := w.toStep(b, body); run > 0 {
				learns := learned < maxLearned && w.unlearned()
				if learns {
					// The first lane shows the way, and the others follow it in another batch.
					run = 1
					learned++
				} else {
					way.because("some of its elements have nil on the way, a secret, bytes, a long text, or a result that does not fit")
				}
				if more, err := b.Step(run); err != nil || !more || learns {
					return err == nil && more, err
				}
				continue
			}
			if body.Match == nil && !b.Ordered() {
				return true, nil
			}
			lanes.Lo, lanes.Hi = lo, min(w.bad.Next(lo), n)
			if body.Match != nil {
				lanes.Hi = scan.FirstEnd(lanes.Yes, lo, lanes.Hi)
			}
			if body.Takes != nil && !body.Takes(lanes) {
				way.because(w.Function + " takes such values one at a time")
				return b.Step(n - lo)
			}
			reads := w.reads(func(sc *scan.Scan) int { return sc.Reads(lo, lanes.Hi) })
			weight := w.weight(lo, lanes.Hi)
			lanes.cost, lanes.again, lanes.once = lanes.Hi-lo+reads, 0, 0
			if w.Pred != nil && w.Pred.Reduction != nil && w.Pred.Reduction.Again {
				lanes.once = w.values.MaxReads()
				lanes.cost += (lanes.Hi - lo) * lanes.once
			}
			near := w.put(b) + lanes.cost
			if body.Lends {
				near += maxHoldReads // the first is held before Rests is asked
			}
			if f.Near(near) || f.Kept()+weight > f.Budget().Bytes {
				// What was done with lanes before has come near the end, too.
				return b.Step(n - lo)
			}
			left := false
			if body.Match == nil {
				// Before the lanes: what is kept of them is not there yet while the first is evaluated.
				if err := kept(weight); err != nil {
					return false, err
				}
				lanes.Took = lanes.Hi - lo
				more, failed := body.Lanes(lanes)
				left = lanes.Took < lanes.Hi-lo
				if left {
					reads = w.reads(func(sc *scan.Scan) int { return sc.Reads(lo, lo+lanes.Took) })
				}
				reads += lanes.again
				pos := b.Pos() + lanes.Took
				if failed != nil {
					pos--
				}
				sawUpTo(pos)
				if err := b.Take(lanes.Took, reads, 0); failed != nil {
					return false, failed
				} else if err != nil || !more {
					return false, err
				}
			} else {
				if err := b.Take(lanes.Hi-lo, reads, weight); err != nil {
					return false, err
				}
				if lanes.Yes.Has(lanes.Hi - 1) {
					if more, err := b.Find(); err != nil || !more {
						return false, err
					}
				} else if b.Ordered() {
					sawUpTo(b.Pos())
				}
			}
			for _, st := range w.stages {
				*st.count += scan.Count(&st.passed, lo, b.Taken())
			}
			if left && !b.Done() {
				if more, err := b.Step(1); err != nil || !more {
					return false, err
				}
			}
		}
		return true, nil
	}
	each := one(w.each(f, body))
	if way != nil {
		take, each = way.counted(take, each)
	}
	return w.target.EachBatch(w.unlocked, access.Lanes{Take: take, Each: each, Found: one(w.found(body)), Kept: kept})
}

// put returns how much the Meter may still be told of what waits until the guard is released: lanes, and
// entries that are evaluated, or held, only then.
func (w *overLanes) put(b *access.Batch) int {
	entries, reads := b.Waits()
	if entries > 0 {
		reads += entries * (1 + w.reads((*scan.Scan).MaxReads) + maxHoldReads)
	}
	return reads
}

// found returns what is done with an element that was found.
func (w *overLanes) found(body *Body) func(s *Scope) (bool, error) {
	if len(w.stages) == 0 {
		return body.Match
	}
	return func(s *Scope) (bool, error) {
		// It is the last of its lanes, which are not counted yet.
		if lane := w.lanes.Hi - 1; w.lanes.made != nil {
			*s = w.lanes.madeScope(lane)
		} else {
			s.Index = w.lanes.Index(lane)
		}
		return body.Match(s)
	}
}

// toStep returns how many of the next lanes are to be done step by step.
func (w *overLanes) toStep(b *access.Batch, body *Body) int {
	lo, n := b.Taken(), b.Len()
	switch {
	case body.Match == nil && !b.Ordered() && b.Patient():
		return n - lo
	case !w.bad.Has(lo):
		return 0
	}
	run := scan.Run(&w.bad, lo, n)
	if body.Match == nil && b.Collects() {
		// The guard is released for these: once for some more.
		run = min(max(run, fewLanes), n-lo)
	}
	return run
}

// maxLearned bounds the batches of a loop that end early so that the next ones can be read.
const maxLearned = 16

// unlearned reports whether lanes are bad because the way to a field was not known.
func (w *overLanes) unlearned() bool {
	for _, st := range w.stages {
		if st.loop.Pred.Scan.Unlearned() {
			return true
		}
	}
	return w.values != nil && w.values.Unlearned() || w.second != nil && w.second.Unlearned()
}

// fewLanes is how many lanes are done step by step where one has to be, and the guard is released for
// it.
const fewLanes = 16

// reads adds up what of answers for the scans of w.
func (w *overLanes) reads(of func(sc *scan.Scan) int) (n int) {
	for _, st := range w.stages {
		n += of(st.loop.Pred.Scan.Scan)
	}
	if w.values != nil {
		n += of(w.values)
	}
	if w.second != nil {
		n += of(w.second)
	}
	return n
}

// weight returns how many bytes are kept, at the most, while something is evaluated for one of the
// lanes from lo up to hi.
func (w *overLanes) weight(lo, hi int) (bytes int) {
	for _, st := range w.stages {
		bytes = max(bytes, st.loop.Pred.Scan.Weight(lo, hi))
	}
	for _, sc := range []*scan.Scan{w.values, w.second} {
		if sc != nil {
			bytes = max(bytes, sc.Weight(lo, hi))
		}
	}
	return bytes
}

// evaluate evaluates what the lanes of a batch need that were not taken.
func (w *overLanes) evaluate(b *access.Batch, body *Body) {
	l := &w.lanes
	l.In, l.Yes, l.Values, l.Second = nil, nil, nil, nil
	of := scan.Elements{Batch: b, Keys: l.set}
	w.in = scan.Between(b.Taken(), b.Len())
	w.bad = inspect.Mask{}
	last := w.lastMap()
	for i, st := range w.stages {
		switch sc := st.loop.Pred.Scan; {
		case st.filters:
			yes, bad := sc.Test(of, &w.in)
			w.bad.Or(bad)
			w.in, l.In = *yes, &w.in
		case i < last || w.moments:
			of.Made = sc.Moments(of, &w.in)
		default:
			of.Made = sc.Values(of, &w.in)
		}
		if !st.filters {
			w.bad.Or(&of.Made.Bad)
			w.in.AndNot(&of.Made.Bad)
		}
		st.passed = w.in
	}
	l.made = of.Made
	switch {
	case w.values == nil:
	case body.asks():
		yes, bad := w.values.Test(of, &w.in)
		w.bad.Or(bad)
		if l.Yes = yes; body.Unless {
			no := w.in
			no.AndNot(yes)
			no.AndNot(bad)
			*yes = no
		}
	case body.Moments:
		l.Values = w.values.Moments(of, &w.in)
		w.bad.Or(&l.Values.Bad)
	default:
		l.Values = w.values.Values(of, &w.in)
		w.bad.Or(&l.Values.Bad)
	}
	if w.second != nil {
		rest := w.in
		rest.AndNot(&w.bad)
		l.Second = w.second.Values(of, &rest)
		w.bad.Or(&l.Second.Bad)
	}
}

// Matching is the body of a loop that calls match for each element that meets the condition, or that
// does not if unless is set, until match returns false.
func (l *Loop) Matching(f *Frame, unless bool, match func(s *Scope) (more bool, err error)) Body {
	return Body{
		Unless: unless,
		Match:  match,
		Each: func(s *Scope) (bool, error) {
			ok, err := l.Pred.Test(f, s)
			if err != nil || ok == unless {
				return true, err
			}
			return match(s)
		},
	}
}

// Counting is the body of a loop that counts the elements that meet the condition in n.
func (l *Loop) Counting(f *Frame, n *int) Body {
	return Body{
		Test: true,
		Each: func(s *Scope) (bool, error) {
			ok, err := l.Pred.Test(f, s)
			if ok {
				*n++
			}
			return true, err
		},
		Lanes: func(lanes *Lanes) (bool, error) {
			*n += lanes.Count(lanes.Yes)
			return true, nil
		},
	}
}
