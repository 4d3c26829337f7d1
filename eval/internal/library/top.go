package library

import (
	"slices"
	"sort"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "top", Args: "xs, n, .field", Min: 2, Max: 3, Predicate: 2, Fold: top, Answers: ItsElements,
		Summary: "the n elements with the greatest .field, with their keys", Example: `top(cache.items, 5, .hits)`},
})

// maxTop bounds the elements that top keeps. Nobody reads more, and sortBy sorts all.
const maxTop = 1000

// ranked is an element that is among the top so far. size is what keeping it was charged.
type ranked struct {
	key, by, elem value.Value
	size          int
}

// top is top(xs, n, by): the n elements with the greatest by, greatest first, as {by: …, key: …,
// value: …}. The key of an element of a list is its index. Of equal elements those that are walked
// first count. It keeps no more than n elements.
func top(f *machine.Frame, l *machine.Loop) (value.Value, error) {
	x, err := l.Other(f)
	if err != nil {
		return nil, err
	}
	if err := value.Refuse(x); err != nil {
		return nil, err
	}
	n, err := value.ToInt("top", x)
	if err != nil {
		return nil, err
	}
	if n < 0 || n > maxTop {
		return nil, fault.New("range", "top keeps up to %s elements, not %s", text.Thousands(maxTop), text.Thousands(n)).
			With(`sortBy(xs, .field, "desc") sorts all`)
	}
	b := best{f: f, l: l, n: n}
	err = l.FoldBy(f, b.sofar, machine.Body{
		Lends: true, Takes: b.takes, Lanes: b.addLanes,
		Each: func(s *machine.Scope) (bool, error) {
			r, err := rank(f, l, s)
			if err != nil || n == 0 {
				return err == nil, err
			}
			b.kind = inspect.NoDatum
			return true, b.add(r)
		},
	})
	if err != nil {
		return nil, err
	}
	rows := make(value.List, len(b.rows))
	for i, r := range b.rows {
		if err := f.Keep(8 * meter.ElementSize); err != nil {
			return nil, err
		}
		rows[i] = value.Map{"by": r.by, "key": r.key, "value": r.elem}
	}
	return rows, nil
}

// best is the top so far, the greatest first.
type best struct {
	f    *machine.Frame
	l    *machine.Loop
	n    int
	rows []ranked
	kind inspect.DatumKind // that all rows can have, NoDatum if that is not known
}

// add adds r if it is among the best. It is held then.
func (b *best) add(r ranked) error {
	var failed error
	at := sort.Search(len(b.rows), func(i int) bool {
		o, err := value.SortOrder(&b.f.Thread, b.rows[i].by, r.by)
		if err != nil {
			failed = err
		}
		return o < 0
	})
	if failed != nil {
		return b.l.Pred.Pos().Err(failed)
	}
	if at == b.n {
		return nil
	}
	had := len(b.rows)
	if had == b.n {
		b.f.Release(b.f.Kept() - b.rows[b.n-1].size)
		b.rows = b.rows[:b.n-1]
	}
	kept := b.f.Kept()
	r, err := holdRanked(b.f, r)
	if err != nil {
		b.rows = b.rows[:had] // what is told of them has the last one still
		return err
	}
	r.size = b.f.Kept() - kept
	b.rows = slices.Insert(b.rows, at, r)
	return b.f.Tick(1 + len(b.rows)/64)
}

// takes reports whether the lanes have an order, and the same as the rows that they are compared with.
func (b *best) takes(l *machine.Lanes) bool {
	k := l.Values.Kind
	if k == inspect.NoDatum || l.Values.Written {
		return false
	}
	if b.kind == k {
		return true
	}
	for _, r := range b.rows {
		if _, ok := value.DatumAs(r.by, k); !ok {
			return false
		}
	}
	b.kind = k
	return true
}

// addLanes adds those of the lanes that are among the best. Most are not, which a single comparison
// tells.
func (b *best) addLanes(l *machine.Lanes) (more bool, err error) {
	if b.n == 0 {
		return true, nil
	}
	in := l.Elements()
	for lane := l.Lo; lane < l.Hi; lane++ {
		if len(b.rows) == b.n {
			d, _ := value.DatumAs(b.rows[b.n-1].by, l.Values.Kind)
			in = scan.Above(l.Values, d, l.In, lane, l.Hi)
		}
		if lane = in.Next(lane); lane >= l.Hi {
			break
		}
		s := l.Scope(lane)
		if err := b.add(ranked{key: s.KeyOrIndex(), by: l.Value(lane), elem: s.Elem}); err != nil {
			l.Took = lane - l.Lo + 1
			return false, err
		}
	}
	return true, nil
}

// sofar is what top has found: by what the best are ranked, and their keys.
func (b *best) sofar() machine.Partial {
	p := machine.Partial{Function: "top", Told: "none of which is ranked"}
	rows := make([]*render.Node, len(b.rows))
	for i, r := range b.rows {
		rows[i] = record(field{"by", plain(b.f, r.by)}, field{"key", plain(b.f, r.key)})
	}
	if len(rows) > 0 {
		first := b.rows[0]
		p.Told = "the greatest of which is " + plain(b.f, first.by).Line(partialWidth) + ", that of " + plain(b.f, first.key).Line(partialWidth)
	}
	p.Answer = records(rows)
	return p
}

// rank returns the element with what it is ranked by, not held yet.
func rank(f *machine.Frame, l *machine.Loop, s *machine.Scope) (r ranked, err error) {
	r = ranked{key: s.KeyOrIndex(), elem: s.Elem}
	if r.by, err = l.Pred.On(f, s); err != nil {
		return r, err
	}
	// A single element that cannot be ordered is an error too.
	if err = value.Refuse(r.by); err == nil {
		_, err = value.SortOrder(&f.Thread, r.by, r.by)
	}
	return r, l.Pred.Pos().Err(err)
}

// holdRanked holds the parts of r.
func holdRanked(f *machine.Frame, r ranked) (_ ranked, err error) {
	if r.key, err = value.Hold(&f.Thread, r.key); err != nil {
		return r, err
	}
	if r.by, err = value.Hold(&f.Thread, r.by); err != nil {
		return r, err
	}
	r.elem, err = value.Hold(&f.Thread, r.elem)
	return r, err
}
